import { isApiError } from '../api/status.ts';
import { BackoffByKey, type BackoffOptions } from '../base/backoff.ts';
import { type Clock, sleep } from '../base/clock.ts';
import { toError } from '../base/errors.ts';
import { WorkQueue } from '../base/queue.ts';
import type { Controller, Outcome, ReconcileContext } from './controller.ts';
import { TerminalError } from './controller.ts';
import type { QueueCounts } from './metrics.ts';

export interface RunnerOptions {
  readonly clock: Clock;
  readonly backoff?: BackoffOptions;
  /** See the queue. */
  readonly maxKeys?: number;
  /** Called once work is taken up again after keys were refused for want of room: all keys must be asked for again. */
  readonly onRoomAgain?: () => void;
  readonly counts?: QueueCounts;
}

/** Counters since the start; the shape metrics are made from. */
export interface RunnerStatus {
  /** Keys that are due. */
  readonly depth: number;
  /** Keys to look at again later. */
  readonly planned: number;
  readonly running: number;
  readonly reconciles: number;
  readonly errors: number;
  readonly lastError?: { readonly key: string; readonly message: string; readonly atMs: number };
}

/** Works on the keys of one controller: up to `concurrency` at once, one key never twice at once, failures with back-off. */
export class Runner {
  readonly #controller: Controller;
  readonly #context: ReconcileContext;
  readonly #options: RunnerOptions;
  readonly #queue: WorkQueue<string>;
  readonly #backoff: BackoffByKey<string>;
  readonly #inFlight = new Map<string, Promise<void>>();
  #pumpPlanned = false;
  #refused = false;
  #reconciles = 0;
  #errors = 0;
  #lastError: RunnerStatus['lastError'];

  constructor(controller: Controller, context: ReconcileContext, options: RunnerOptions) {
    this.#controller = controller;
    this.#context = context;
    this.#options = options;
    this.#backoff = new BackoffByKey(options.backoff);
    const { counts } = options;
    this.#queue = new WorkQueue({
      clock: options.clock,
      onReady: () => this.#planPump(),
      ...(counts && { onTaken: (waitedMs) => counts.wait.observe(waitedMs / 1000) }),
      ...(options.maxKeys !== undefined && { maxKeys: options.maxKeys }),
    });
  }

  wake(key: string): void {
    if (this.#context.signal.aborted) return;
    if (this.#queue.add(key)) {
      this.#options.counts?.adds.add();
      return;
    }
    if (!this.#refused) this.#context.log.warn('queue is full, keys are looked up again later', { key });
    this.#refused = true;
  }

  status(): RunnerStatus {
    return {
      depth: this.#queue.depth,
      planned: this.#queue.planned,
      running: this.#queue.running,
      reconciles: this.#reconciles,
      errors: this.#errors,
      ...(this.#lastError && { lastError: this.#lastError }),
    };
  }

  /** Call after the context's signal aborted: waits for what runs, at most `deadlineMs`. Returns the keys still being worked on. */
  async stop(deadlineMs: number): Promise<readonly string[]> {
    this.#queue.close();
    const enough = new AbortController();
    const timeout = sleep(this.#options.clock, deadlineMs, enough.signal).catch((error: unknown) => {
      if (!enough.signal.aborted) throw error;
    });
    await Promise.race([Promise.all(this.#inFlight.values()), timeout]);
    enough.abort();
    return [...this.#inFlight.keys()];
  }

  /** Changes that arrive in the same turn of the event loop are worked on after it: the writer is not held up. */
  #planPump(): void {
    if (this.#pumpPlanned) return;
    this.#pumpPlanned = true;
    setImmediate(() => {
      this.#pumpPlanned = false;
      this.#pump();
    });
  }

  #pump(): void {
    const limit = this.#controller.concurrency ?? 5;
    while (this.#inFlight.size < limit && !this.#context.signal.aborted) {
      const key = this.#queue.take();
      if (key === undefined) break;
      this.#inFlight.set(
        key,
        this.#work(key).finally(() => {
          this.#inFlight.delete(key);
          this.#queue.finish(key);
          this.#planPump();
        }),
      );
    }
    if (this.#refused && this.#queue.depth + this.#queue.planned < limit) {
      this.#refused = false;
      this.#options.onRoomAgain?.();
    }
  }

  async #work(key: string): Promise<void> {
    this.#reconciles++;
    const { clock, counts } = this.#options;
    const startMs = clock.monotonic();
    try {
      this.#settle(key, await this.#controller.reconcile(key, this.#context));
    } catch (error) {
      if (!this.#context.signal.aborted) this.#onError(key, error);
    } finally {
      counts?.work.observe((clock.monotonic() - startMs) / 1000);
    }
  }

  #settle(key: string, outcome: Outcome): void {
    this.#backoff.forget(key);
    if (outcome.type === 'requeue-after') this.#queue.add(key, Math.max(1, outcome.ms));
  }

  #onError(key: string, thrown: unknown): void {
    const error = toError(thrown);
    this.#errors++;
    this.#lastError = { key, message: error.message, atMs: this.#context.now() };
    if (error instanceof TerminalError) {
      this.#backoff.forget(key);
      this.#context.log.error('reconcile failed for good', { key, error });
      return;
    }
    const retryMs = this.#backoff.fail(key);
    this.#queue.add(key, retryMs);
    this.#options.counts?.retries.add();
    const fields = { key, error, retryMs, failures: this.#backoff.failures(key) };
    // That somebody else wrote first is part of normal life.
    if (isApiError(error, 'Conflict', 'AlreadyExists', 'NotFound')) this.#context.log.debug('reconcile again', fields);
    else this.#context.log.warn('reconcile failed', fields);
  }
}
