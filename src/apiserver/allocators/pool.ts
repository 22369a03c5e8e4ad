import type { Clock } from '../../base/clock.ts';

/** An owner that holds nothing. */
const nobody = '';

export interface PoolOptions {
  /** Numbers are 0 to size - 1. */
  readonly size: number;
  /**
   * Numbers below it are for those who ask for one by name; others get one only when the rest is taken. As upstream's
   * bands (KEP-3070, KEP-3668).
   */
  readonly staticBand: number;
  readonly clock: Clock;
}

/**
 * Numbers, each for one owner. What stored objects hold is told with `hold` and `release`; what is promised to a write
 * that is still on its way is reserved for a while.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #held = new Map<number, string>();
  readonly #reserved = new Map<number, { readonly owner: string; readonly untilMs: number }>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** A stored object has this number. */
  hold(number: number, owner: string): void {
    this.#held.set(number, owner);
    this.#reserved.delete(number);
  }

  /** A stored object has it no longer. */
  release(number: number, owner: string): void {
    if (this.#held.get(number) === owner) this.#held.delete(number);
  }

  /** Whether `owner` may have this number. */
  isFreeFor(number: number, owner: string): boolean {
    const holder = this.#held.get(number);
    if (holder !== undefined) return holder === owner;
    const reserved = this.#reserved.get(number);
    if (!reserved || reserved.owner === owner) return true;
    if (reserved.untilMs > this.#options.clock.monotonic()) return false;
    this.#reserved.delete(number);
    return true;
  }

  /** Promises a number that is free for `owner`. It is free for all again when no stored object holds it within `forMs`. */
  reserve(number: number, owner: string, forMs: number): void {
    if (this.#held.get(number) === owner) return;
    this.#reserved.set(number, { owner, untilMs: this.#options.clock.monotonic() + forMs });
  }

  /** Any number that is free, chosen by chance; undefined when there is none. Reserves nothing. */
  pick(): number | undefined {
    const { size, staticBand } = this.#options;
    return this.#pickIn(staticBand, size) ?? this.#pickIn(0, staticBand);
  }

  #pickIn(from: number, to: number): number | undefined {
    const count = to - from;
    if (count <= 0) return undefined;
    const start = Math.floor(Math.random() * count);
    for (let step = 0; step < count; step++) {
      const number = from + ((start + step) % count);
      if (this.isFreeFor(number, nobody)) return number;
    }
    return undefined;
  }

  get used(): number {
    return this.#held.size;
  }
}
