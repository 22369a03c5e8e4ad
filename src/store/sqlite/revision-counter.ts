/** Revisions kept free before each commit for lazy writes that become visible while it runs. */
const gap = 16;
/** Revisions given out between two durable records of how far they may go. */
const block = 10_000;

/**
 * Gives out revisions so that they become visible in order and are never given out twice, also after a crash that lost
 * lazy writes: no revision above the durable `reserved` is used. A commit's revisions are fixed when it starts; lazy
 * writes that become visible before it ends get smaller ones, from the gap before it.
 */
export class RevisionCounter {
  #visible: number;
  #reserved: number;
  #running: { readonly first: number; readonly last: number; readonly reserve: number | undefined } | undefined;

  /** Starts behind everything that may have been given out before. */
  constructor(reserved: number) {
    this.#visible = reserved;
    this.#reserved = reserved;
  }

  /** The newest revision that a reader may have seen. */
  get visible(): number {
    return this.#visible;
  }

  get wantsReserve(): boolean {
    return this.#running === undefined && this.#visible + block / 2 > this.#reserved;
  }

  /** A revision that is visible at once; undefined: none is free before the running commit ends, or none is reserved. */
  takeNow(): number | undefined {
    const limit = Math.min(this.#reserved, this.#running ? this.#running.first - 1 : this.#reserved);
    return this.#visible < limit ? ++this.#visible : undefined;
  }

  /** The revisions of a commit of `count` writes, and what has to be reserved with it. */
  begin(count: number): { readonly first: number; readonly reserve: number | undefined } {
    const first = this.#visible + gap + 1;
    const last = first + count - 1;
    const reserve = last + block / 2 > this.#reserved ? last + block : undefined;
    this.#running = { first, last, reserve };
    return { first, reserve };
  }

  end(committed: boolean): void {
    const running = this.#running;
    this.#running = undefined;
    if (!running || !committed) return;
    if (running.last >= running.first) this.#visible = running.last;
    this.#reserved = running.reserve ?? this.#reserved;
  }
}
