import type { Clock, Timer } from '../../base/clock.ts';

interface LazyEntry {
  readonly value: Uint8Array;
  readonly revision: number;
}

export interface LazyWritesOptions {
  readonly clock: Clock;
  readonly flushMs: number;
  readonly maxBytes: number;
  readonly flush: () => void;
}

/** Newest values that are not on the disk yet; one for each key, however often it was written. */
export class LazyWrites {
  readonly #options: LazyWritesOptions;
  readonly #dirty = new Map<string, LazyEntry>();
  #bytes = 0;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: LazyWritesOptions) {
    this.#options = options;
  }

  get(key: string): LazyEntry | undefined {
    return this.#dirty.get(key);
  }

  entries(): Iterable<readonly [string, LazyEntry]> {
    return this.#dirty;
  }

  set(key: string, entry: LazyEntry): void {
    this.drop(key);
    this.#dirty.set(key, entry);
    this.#bytes += entry.value.byteLength;
    this.#arm();
    if (this.#bytes > this.#options.maxBytes) this.#options.flush();
  }

  /** Forgets the value: something newer is durable, or the key is gone. */
  drop(key: string): void {
    const entry = this.#dirty.get(key);
    if (!entry) return;
    this.#dirty.delete(key);
    this.#bytes -= entry.value.byteLength;
  }

  /** What to write now. They stay readable here until `written`. */
  take(isBusy: (key: string) => boolean): readonly (readonly [string, LazyEntry])[] {
    this.#timer?.cancel();
    this.#timer = undefined;
    const taken = [...this.#dirty].filter(([key]) => !isBusy(key));
    if (taken.length < this.#dirty.size) this.#arm();
    return taken;
  }

  /** Drops what was written, unless it has been overwritten meanwhile. */
  written(taken: readonly (readonly [string, LazyEntry])[]): void {
    for (const [key, entry] of taken) if (this.#dirty.get(key) === entry) this.drop(key);
  }

  /** They stay, and are tried again after the usual time. */
  failed(taken: readonly (readonly [string, LazyEntry])[]): void {
    if (taken.length > 0) this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    if (this.#stopped) return;
    this.#timer ??= this.#options.clock.after(this.#options.flushMs, () => {
      this.#timer = undefined;
      this.#options.flush();
    });
  }
}
