import type { WatchFrame } from '../../contract.ts';
import type { CachedEntry } from './cached-entry.ts';

/** One change of one object, as every watcher sees it. */
export interface CacheEvent {
  readonly revision: number;
  readonly atMs: number;
  /** The frame of a watcher whose selector matches before and after. */
  readonly frame: WatchFrame & { readonly entry: CachedEntry };
  readonly previous: CachedEntry | undefined;
  /** Made when first needed: the object begins to match (ADDED), or stops (DELETED, the old object at the new revision). */
  entering?: WatchFrame;
  leaving?: WatchFrame;
}

export interface WindowLimits {
  /** Events kept of one kind. */
  readonly maxEvents: number;
  /** Bytes of old and removed objects kept of one kind. */
  readonly maxBytes: number;
  /** Events older than this are dropped by `expire`, but for the last hundred. */
  readonly maxAgeMs: number;
}

const keepAlways = 100;

/** The recent events of one kind, bounded. Watchers are cursors into it (`position`), so that a slow one costs nothing. */
export class EventWindow {
  readonly #limits: WindowLimits;
  #events: CacheEvent[] = [];
  /** How many events were dropped before `#events[0]`. */
  #dropped = 0;
  /** The list is compacted seldom: this many at its front are gone already. */
  #head = 0;
  #bytes = 0;
  /** Everything after this revision is here. */
  #horizon: number;

  constructor(horizon: number, limits: WindowLimits) {
    this.#horizon = horizon;
    this.#limits = limits;
  }

  get horizon(): number {
    return this.#horizon;
  }

  /** Position of the oldest event that is kept. */
  get start(): number {
    return this.#dropped;
  }

  /** Position behind the newest event. */
  get end(): number {
    return this.#dropped + this.#events.length - this.#head;
  }

  at(position: number): CacheEvent {
    return this.#events[this.#head + position - this.#dropped] as CacheEvent;
  }

  push(event: CacheEvent): void {
    this.#events.push(event);
    this.#bytes += weight(event);
  }

  /** Drops what is above the limits; the newest event always stays. */
  trim(): void {
    const { maxEvents, maxBytes } = this.#limits;
    while (this.end - this.start > 1 && (this.end - this.start > maxEvents || this.#bytes > maxBytes))
      this.#dropFirst();
  }

  expire(nowMs: number): void {
    while (this.end - this.start > keepAlways && nowMs - this.at(this.start).atMs > this.#limits.maxAgeMs)
      this.#dropFirst();
  }

  /** Forgets everything: what happened until `horizon` is not known. Whoever reads here has fallen behind. */
  reset(horizon: number): void {
    this.#dropped = this.end + 1;
    this.#events = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#horizon = horizon;
  }

  /** Position of the first event after `revision`. */
  after(revision: number): number {
    let low = this.start;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle).revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #dropFirst(): void {
    const event = this.at(this.start);
    this.#horizon = event.revision;
    this.#bytes -= weight(event);
    this.#dropped++;
    this.#head++;
    if (this.#head < 256 || this.#head * 2 < this.#events.length) return;
    this.#events = this.#events.slice(this.#head);
    this.#head = 0;
  }
}

/** What the event alone holds in memory; the present object is the cache's. */
function weight(event: CacheEvent): number {
  return (
    200 + (event.previous?.json.length ?? 0) + (event.frame.type === 'DELETED' ? event.frame.entry.json.length : 0)
  );
}
