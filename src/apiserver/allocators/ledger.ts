import type { Clock } from '../../base/clock.ts';

/**
 * Who has what: keys (addresses, port numbers), each for one owner. What stored objects hold is told with `hold` and
 * `release`; what is promised to a write that is still on its way is reserved for a while.
 */
export class Ledger<K> {
  readonly #clock: Clock;
  readonly #held = new Map<K, string>();
  readonly #reserved = new Map<K, { readonly owner: string; readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A stored object has this key. */
  hold(key: K, owner: string): void {
    this.#held.set(key, owner);
    this.#reserved.delete(key);
  }

  /** A stored object has it no longer. */
  release(key: K, owner: string): void {
    if (this.#held.get(key) === owner) this.#held.delete(key);
  }

  /** Whether `owner` may have this key. */
  isFreeFor(key: K, owner: string): boolean {
    const holder = this.#held.get(key);
    if (holder !== undefined) return holder === owner;
    const reserved = this.#reserved.get(key);
    if (!reserved || reserved.owner === owner) return true;
    if (reserved.untilMs > this.#clock.monotonic()) return false;
    this.#reserved.delete(key);
    return true;
  }

  /** Promises a key that is free for `owner`. It is free for all again when no stored object holds it within `forMs`. */
  reserve(key: K, owner: string, forMs: number): void {
    if (this.#held.get(key) === owner) return;
    this.#reserved.set(key, { owner, untilMs: this.#clock.monotonic() + forMs });
  }
}
