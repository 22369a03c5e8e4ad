import { type StoreChange, StoreError } from './store.ts';

export interface ChangeLogOptions {
  /** Newest changes kept for `since`. Default: 2,000. */
  readonly maxChanges?: number;
  /** Bytes of values kept for `since`; the newest batch is kept whatever it weighs. Default: 4 MiB. */
  readonly maxBytes?: number;
}

/**
 * Recent changes of a store, in memory, for drivers whose only writer is this process. Readers are cursors into one
 * bounded log: a reader that waits gets each batch at once; one that falls out of the log gets `too-old`.
 */
export class ChangeLog {
  readonly #maxChanges: number;
  readonly #maxBytes: number;
  #changes: StoreChange[] = [];
  /** Position of `#changes[0]` since the start. */
  #first = 0;
  #bytes = 0;
  /** All changes after this revision are in the log. */
  #horizon: number;
  #closed: StoreError | undefined;
  readonly #readers = new Set<Reader>();

  constructor(horizon: number, options: ChangeLogOptions = {}) {
    this.#horizon = horizon;
    this.#maxChanges = options.maxChanges ?? 2000;
    this.#maxBytes = options.maxBytes ?? 4 * 1024 * 1024;
  }

  /** Adds changes, in order of revision, and hands them to the readers that wait. */
  push(batch: readonly StoreChange[]): void {
    // A commit may hold nothing but what was shown before; a reader woken for nothing would wait for good.
    if (batch.length === 0) return;
    if (batch.length === 0) return;
    for (const change of batch) {
      this.#changes.push(change);
      this.#bytes += weight(change);
    }
    for (const reader of [...this.#readers]) reader.wake();
    this.#trim();
  }

  #trim(): void {
    let drop = 0;
    while (
      drop < this.#changes.length &&
      (this.#changes.length - drop > this.#maxChanges || this.#bytes > this.#maxBytes)
    ) {
      const change = this.#changes[drop++] as StoreChange;
      this.#bytes -= weight(change);
      this.#horizon = change.revision;
    }
    if (drop === 0) return;
    this.#changes.splice(0, drop);
    this.#first += drop;
  }

  /** Ends all readers with `error`; later ones fail at once. */
  close(error: StoreError): void {
    this.#closed = error;
    for (const reader of [...this.#readers]) reader.fail(error);
  }

  /** See `Store.changes`. */
  changes(since: number, signal: AbortSignal): AsyncIterable<readonly StoreChange[]> {
    return { [Symbol.asyncIterator]: () => this.#reader(since, signal) };
  }

  #reader(since: number, signal: AbortSignal): AsyncIterator<readonly StoreChange[]> {
    let position = this.#first;
    while (position < this.#first + this.#changes.length && this.#at(position).revision <= since) position++;
    const take = (): readonly StoreChange[] | undefined => {
      if (position < this.#first) throw tooOld(since, this.#horizon);
      const batch = this.#changes.slice(position - this.#first);
      position += batch.length;
      since = batch.at(-1)?.revision ?? since;
      return batch.length > 0 ? batch : undefined;
    };
    const start = this.#closed ?? (since < this.#horizon ? tooOld(since, this.#horizon) : undefined);
    return new Reader(this.#readers, take, start, signal);
  }

  #at(position: number): StoreChange {
    return this.#changes[position - this.#first] as StoreChange;
  }
}

type Result = IteratorResult<readonly StoreChange[]>;

/** One consumer. Never holds more than a cursor, so that a slow one costs nothing. */
class Reader implements AsyncIterator<readonly StoreChange[]> {
  readonly #readers: Set<Reader>;
  readonly #take: () => readonly StoreChange[] | undefined;
  readonly #signal: AbortSignal;
  readonly #onAbort = () => this.#settle((waiting) => waiting.resolve({ done: true, value: undefined }));
  #error: StoreError | undefined;
  #waiting: PromiseWithResolvers<Result> | undefined;

  constructor(
    readers: Set<Reader>,
    take: () => readonly StoreChange[] | undefined,
    error: StoreError | undefined,
    signal: AbortSignal,
  ) {
    this.#readers = readers;
    this.#take = take;
    this.#error = error;
    this.#signal = signal;
    readers.add(this);
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  async next(): Promise<Result> {
    if (this.#signal.aborted) return this.return();
    const batch = this.#takeNow();
    if (batch) return { done: false, value: batch };
    this.#waiting = Promise.withResolvers<Result>();
    return this.#waiting.promise;
  }

  /** A reader that fails has left: `for await` does not call `return` then. */
  #takeNow(): readonly StoreChange[] | undefined {
    try {
      if (this.#error) throw this.#error;
      return this.#take();
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  async return(): Promise<Result> {
    this.#leave();
    return { done: true, value: undefined };
  }

  #leave(): void {
    this.#readers.delete(this);
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  wake(): void {
    if (!this.#waiting) return;
    try {
      const value = this.#take();
      if (value) this.#settle((waiting) => waiting.resolve({ done: false, value }));
    } catch (error) {
      this.#leave();
      this.#settle((waiting) => waiting.reject(error));
    }
  }

  fail(error: StoreError): void {
    this.#error = error;
    this.#leave();
    this.#settle((waiting) => waiting.reject(error));
  }

  #settle(how: (waiting: PromiseWithResolvers<Result>) => void): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = undefined;
    how(waiting);
  }
}

function weight(change: StoreChange): number {
  return change.type === 'put' ? change.value.byteLength : 0;
}

function tooOld(since: number, horizon: number): StoreError {
  return new StoreError('too-old', `changes since revision ${since} are gone: the oldest kept is ${horizon + 1}`);
}
