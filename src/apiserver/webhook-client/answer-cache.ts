import type { Clock } from '../../base/clock.ts';

/** Answers that hold for a while, by a key; the oldest go when there are too many. Questions on their way are asked once. */
export class AnswerCache<T> {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #answers = new Map<string, { readonly value: T; readonly untilMs: number }>();
  readonly #pending = new Map<string, Promise<T>>();

  constructor(clock: Clock, most = 8192) {
    this.#clock = clock;
    this.#most = most;
  }

  /** `holdsMs` says how long an answer holds; 0: not at all. Rejections are not kept. */
  async get(key: string, ask: () => Promise<T>, holdsMs: (value: T) => number): Promise<T> {
    const known = this.#answers.get(key);
    if (known && this.#clock.monotonic() < known.untilMs) return known.value;
    let pending = this.#pending.get(key);
    if (!pending) {
      pending = this.#ask(key, ask, holdsMs).finally(() => this.#pending.delete(key));
      this.#pending.set(key, pending);
    }
    return pending;
  }

  async #ask(key: string, ask: () => Promise<T>, holdsMs: (value: T) => number): Promise<T> {
    const value = await ask();
    const ms = holdsMs(value);
    this.#answers.delete(key);
    if (ms <= 0) return value;
    this.#answers.set(key, { value, untilMs: this.#clock.monotonic() + ms });
    const oldest = this.#answers.size > this.#most ? this.#answers.keys().next() : undefined;
    if (oldest && !oldest.done) this.#answers.delete(oldest.value);
    return value;
  }
}
