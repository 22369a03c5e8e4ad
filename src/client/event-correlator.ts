/** What is known of an event before it is decided how to publish it. */
export interface Occurrence {
  readonly about: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
  };
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** The event as it should stand in the API. */
export interface Correlated {
  readonly name: string;
  readonly message: string;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** False: it was published before, so its count and times are patched. */
  readonly isNew: boolean;
}

/** Upstream's values (client-go's events correlator). */
const correlatorLimits = {
  /** Different messages for one object and reason within the interval before they are put together. */
  similarEvents: 10,
  similarIntervalMs: 600_000,
  /** Events about one object at once, and how long it takes to earn another. */
  burst: 25,
  refillMs: 300_000,
  /** Objects, groups and events remembered; the least recent is forgotten. */
  cacheEntries: 4096,
} as const;

interface Group {
  readonly messages: Set<string>;
  lastMs: number;
}

interface Published {
  readonly name: string;
  readonly firstMs: number;
  count: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * Decides what becomes of each occurrence: a new event, a higher count of one that was published, one event for many
 * similar ones, or nothing where one object makes too many. No I/O, no clock.
 */
export class EventCorrelator {
  readonly #groups = new Recent<Group>();
  readonly #published = new Recent<Published>();
  readonly #buckets = new Recent<Bucket>();

  /** Undefined: dropped, there were too many about this object. */
  correlate(occurrence: Occurrence, nowMs: number): Correlated | undefined {
    const { about, type, reason } = occurrence;
    const object = JSON.stringify([about.apiVersion, about.kind, about.namespace, about.name, about.uid]);
    const group = JSON.stringify([object, type, reason]);
    const { key, message } = this.#aggregate(group, occurrence.message, nowMs);
    const known = this.#published.get(key);
    if (!this.#isAllowed(object, nowMs)) return undefined;
    if (known) {
      known.count++;
      const { name, count, firstMs } = known;
      return { name, message, count, firstMs, lastMs: nowMs, isNew: false };
    }
    const name = `${about.name}.${(BigInt(Math.floor(nowMs * 1000)) * 1000n + BigInt(this.#nextSerial())).toString(16)}`;
    this.#published.set(key, { name, firstMs: nowMs, count: 1 });
    return { name, message, count: 1, firstMs: nowMs, lastMs: nowMs, isNew: true };
  }

  #serial = 0;

  /** Names are made of the time in nanoseconds; this keeps those of one microsecond apart. */
  #nextSerial(): number {
    this.#serial = (this.#serial + 1) % 1000;
    return this.#serial;
  }

  #aggregate(group: string, text: string, nowMs: number): { readonly key: string; readonly message: string } {
    let similar = this.#groups.get(group);
    if (!similar || nowMs - similar.lastMs > correlatorLimits.similarIntervalMs) {
      similar = { messages: new Set(), lastMs: nowMs };
      this.#groups.set(group, similar);
    }
    similar.lastMs = nowMs;
    if (similar.messages.size < correlatorLimits.similarEvents) similar.messages.add(text);
    if (similar.messages.size < correlatorLimits.similarEvents)
      return { key: JSON.stringify([group, text]), message: text };
    return { key: group, message: `(combined from similar events): ${text}` };
  }

  #isAllowed(object: string, nowMs: number): boolean {
    const { burst, refillMs } = correlatorLimits;
    const bucket = this.#buckets.get(object) ?? { tokens: burst, atMs: nowMs };
    const tokens = Math.min(burst, bucket.tokens + (nowMs - bucket.atMs) / refillMs);
    const allowed = tokens >= 1;
    this.#buckets.set(object, { tokens: allowed ? tokens - 1 : tokens, atMs: nowMs });
    return allowed;
  }
}

/** A map that forgets what was used least recently. */
class Recent<T> {
  readonly #entries = new Map<string, T>();

  get(key: string): T | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= correlatorLimits.cacheEntries) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
