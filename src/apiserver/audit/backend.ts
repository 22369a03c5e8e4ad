import { type Clock, pause, type Timer } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { AuditMetrics } from './metrics.ts';
import type { AuditMode, BatchSettings, TruncateSettings } from './settings.ts';
import { type EncodedEvent, truncated } from './truncate.ts';

/** Where events go: a file, a webhook. One batch at a time. Rejects with Error. */
export interface Sink {
  readonly name: 'log' | 'webhook';
  write(events: readonly EncodedEvent[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface BackendOptions {
  readonly mode: AuditMode;
  readonly batch: BatchSettings;
  readonly truncate?: TruncateSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: AuditMetrics;
}

const writeTimeoutMs = 30_000;
/** A line in the log about events that were lost, at most this often. */
const complainEveryMs = 10_000;

/** A sink with its queue: bounded, in order, in batches. */
export class Backend {
  readonly #sink: Sink;
  readonly #options: BackendOptions;
  readonly #stopping = new AbortController();
  #queue: { readonly encoded: EncodedEvent; readonly done: (error?: Error) => void }[] = [];
  #timer: Timer | undefined;
  #writing: Promise<void> | undefined;
  #complainedMs = Number.NEGATIVE_INFINITY;

  constructor(sink: Sink, options: BackendOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  get mode(): AuditMode {
    return this.#options.mode;
  }

  /** Resolves when the event is written, to what went wrong if it is lost. Never rejects. */
  add(encoded: EncodedEvent): Promise<Error | undefined> {
    const { batch, mode, truncate } = this.#options;
    const fitting = truncated(encoded, truncate);
    if (!fitting) return Promise.resolve(this.#lost(1, new Error('the event is too large')));
    if (this.#queue.length >= batch.bufferSize)
      return Promise.resolve(this.#lost(1, new Error(`${batch.bufferSize} events wait already`)));
    return new Promise((resolve) => {
      this.#queue.push({ encoded: fitting, done: resolve });
      if (mode !== 'batch' || this.#queue.length >= batch.maxSize) this.#writeSoon();
      else this.#timer ??= this.#options.clock.after(batch.maxWaitMs, () => this.#writeSoon());
    });
  }

  /** Writes what waits, for as long as `graceMs`; what is left then is lost. */
  async close(graceMs: number): Promise<void> {
    this.#writeSoon();
    const { clock, log } = this.#options;
    await Promise.race([this.#writing, pause(clock, graceMs, this.#stopping.signal)]);
    this.#stopping.abort(new Error('the server stops'));
    await this.#writing;
    if (this.#queue.length > 0)
      log.error('audit events were lost', { backend: this.#sink.name, events: this.#queue.length });
    for (const { done } of this.#queue.splice(0)) done(new Error('the server stops'));
    await this.#sink.close();
  }

  #writeSoon(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    const { batch, mode } = this.#options;
    // A file takes everything that came while the last write ran; a webhook is sent no more than it was promised.
    const most = mode === 'batch' ? batch.maxSize : Math.max(batch.maxSize, 100);
    while (this.#queue.length > 0 && !this.#stopping.signal.aborted) {
      const taken = this.#queue.splice(0, this.#fitting(most));
      const error = await this.#write(taken.map(({ encoded }) => encoded));
      for (const { done } of taken) done(error);
    }
  }

  /** How many of the first events make a batch that is not too large. */
  #fitting(most: number): number {
    const bytes = this.#options.truncate?.maxBatchBytes ?? Number.POSITIVE_INFINITY;
    let total = 0;
    let count = 0;
    for (const { encoded } of this.#queue.slice(0, most)) {
      total += encoded.json.length;
      if (count > 0 && total > bytes) break;
      count++;
    }
    return count;
  }

  async #write(events: readonly EncodedEvent[]): Promise<Error | undefined> {
    const deadline = AbortSignal.any([AbortSignal.timeout(writeTimeoutMs), this.#stopping.signal]);
    try {
      await this.#sink.write(events, deadline);
      return undefined;
    } catch (error) {
      return this.#lost(events.length, toError(error));
    }
  }

  #lost(events: number, error: Error): Error {
    const { clock, log, metrics } = this.#options;
    metrics.lost(this.#sink.name, events);
    if (clock.monotonic() - this.#complainedMs >= complainEveryMs) {
      this.#complainedMs = clock.monotonic();
      log.error('audit events were lost', { backend: this.#sink.name, events, error });
    }
    return error;
  }
}
