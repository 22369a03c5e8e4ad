import type { Clock, Timer } from './clock.ts';

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Called when `take` may have something; not called again before the next change. */
  readonly onReady: () => void;
  /** Most keys held at once; more are refused. Default: 200,000. */
  readonly maxKeys?: number;
  /** A key was taken that had been due for so long. */
  readonly onTaken?: (waitedMs: number) => void;
}

/**
 * Keys to work on, each at most once, at the earliest time anybody asked for. A key that is taken is not given out again
 * before `finish`; asked for meanwhile, it comes once more after that.
 */
export class WorkQueue<Key> {
  readonly #clock: Clock;
  readonly #onReady: () => void;
  readonly #maxKeys: number;
  readonly #onTaken: WorkQueueOptions['onTaken'];
  /** Due now, in order of arrival, with the time from which on. */
  readonly #ready = new Map<Key, number>();
  /** Due later, with the time (monotonic). */
  readonly #waiting = new Map<Key, number>();
  /** Entries of `#waiting` by time; entries that no longer agree with it are skipped. */
  #heap: { key: Key; atMs: number }[] = [];
  readonly #running = new Set<Key>();
  /** Asked for while running, and since when they are due. */
  readonly #again = new Map<Key, number>();
  #timer: { readonly timer: Timer; readonly atMs: number } | undefined;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#onReady = options.onReady;
    this.#onTaken = options.onTaken;
    this.#maxKeys = options.maxKeys ?? 200_000;
  }

  /** Keys that are due and wait for their turn. */
  get depth(): number {
    return this.#ready.size + this.#again.size;
  }

  /** Keys that were asked for at a later time. */
  get planned(): number {
    return this.#waiting.size;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Asks for `key` after `delayMs`. False: the queue is full (or closed) and the key was refused. */
  add(key: Key, delayMs = 0): boolean {
    if (this.#closed) return false;
    if (this.#ready.has(key) || this.#again.has(key)) return true;
    const known = this.#waiting.get(key);
    if (known === undefined && this.depth + this.planned >= this.#maxKeys) return false;
    if (delayMs <= 0) {
      this.#makeDue(key);
      return true;
    }
    const atMs = this.#clock.monotonic() + delayMs;
    if (known !== undefined && known <= atMs) return true;
    this.#waiting.set(key, atMs);
    push(this.#heap, { key, atMs });
    if (this.#heap.length > 2 * this.#waiting.size + 64) this.#dropStale();
    this.#arm();
    return true;
  }

  /** The next key that is due, now marked as being worked on. */
  take(): Key | undefined {
    const next = this.#ready.entries().next();
    if (next.done) return undefined;
    const [key, sinceMs] = next.value;
    this.#ready.delete(key);
    this.#running.add(key);
    this.#onTaken?.(this.#clock.monotonic() - sinceMs);
    return key;
  }

  /** The work on `key` is over; it is given out again when it was asked for meanwhile. */
  finish(key: Key): void {
    this.#running.delete(key);
    const sinceMs = this.#again.get(key);
    if (sinceMs === undefined) return;
    this.#again.delete(key);
    this.#makeReady(key, sinceMs);
  }

  /** Forgets everything and takes nothing more. */
  close(): void {
    this.#closed = true;
    this.#timer?.timer.cancel();
    this.#timer = undefined;
    this.#ready.clear();
    this.#waiting.clear();
    this.#again.clear();
    this.#heap.length = 0;
  }

  #makeDue(key: Key): void {
    const nowMs = this.#clock.monotonic();
    this.#waiting.delete(key);
    if (this.#running.has(key)) this.#again.set(key, nowMs);
    else this.#makeReady(key, nowMs);
  }

  #makeReady(key: Key, sinceMs: number): void {
    // What was planned for later is made good by the work that is due now.
    this.#waiting.delete(key);
    this.#ready.set(key, sinceMs);
    this.#onReady();
  }

  /** A key that is woken again and again long before its planned time must not leave an entry each time. */
  #dropStale(): void {
    this.#heap = [...this.#waiting].map(([key, atMs]) => ({ key, atMs })).sort((a, b) => a.atMs - b.atMs);
  }

  #arm(): void {
    const first = this.#heap[0];
    if (!first || (this.#timer && this.#timer.atMs <= first.atMs)) return;
    this.#timer?.timer.cancel();
    const delayMs = first.atMs - this.#clock.monotonic();
    this.#timer = { atMs: first.atMs, timer: this.#clock.after(delayMs, () => this.#onTimer()) };
  }

  #onTimer(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonic();
    // A timer may fire a fraction of a millisecond early; what is that close is due.
    for (let first = this.#heap[0]; first && first.atMs <= nowMs + 1; first = this.#heap[0]) {
      pop(this.#heap);
      if (this.#waiting.get(first.key) !== first.atMs) continue;
      this.#makeDue(first.key);
    }
    this.#arm();
  }
}

type Timed = { readonly atMs: number };

function push<Item extends Timed>(heap: Item[], item: Item): void {
  let at = heap.length;
  heap.push(item);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (!above || above.atMs <= item.atMs) break;
    heap[at] = above;
    heap[parent] = item;
    at = parent;
  }
}

function pop<Item extends Timed>(heap: Item[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let at = 0;
  heap[0] = last;
  for (;;) {
    const left = 2 * at + 1;
    const right = left + 1;
    const leftItem = heap[left];
    if (!leftItem) return;
    const rightItem = heap[right];
    const [child, item] = rightItem && rightItem.atMs < leftItem.atMs ? [right, rightItem] : [left, leftItem];
    if (item.atMs >= last.atMs) return;
    heap[at] = item;
    heap[child] = last;
    at = child;
  }
}
