import type { Kind } from '../../../api/kind.ts';
import type { KubeObject } from '../../../api/object.ts';
import { type Clock, pause, sleep, type Timer } from '../../../base/clock.ts';
import { toError } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { type Store, type StoreChange, StoreError } from '../../../store/store.ts';
import type { WindowLimits } from './event-window.ts';
import { ResourceCache, storagePrefix } from './resource-cache.ts';

export interface CacheOptions {
  readonly store: Store;
  readonly kinds: readonly Kind[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly freeze: boolean;
  readonly limits: WindowLimits;
}

const sweepMs = 60_000;
const settleMs = 5_000;
const retryMs = 1000;
/** Waiting for a revision that may never come leaves nothing behind when it is given up: the wait only looks again. */
const freshnessCheckMs = 50;

/** The state of the cluster in memory: loaded once, then fed by the store's changes, whoever made them. */
export class Cache {
  readonly #options: CacheOptions;
  readonly #byPrefix = new Map<string, ResourceCache>();
  readonly #stop = new AbortController();
  /** Objects of writes that are on their way, by their bytes: the change that comes back need not be parsed. */
  readonly #parsed = new Map<Uint8Array, KubeObject>();
  #revision = 0;
  #waiting: { readonly revision: number; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] =
    [];
  #sweeper: Timer | undefined;
  #settler: Timer | undefined;
  /** Changes that arrive while a kind that has just been added is read from the store, by its prefix. */
  readonly #loading = new Map<string, StoreChange[]>();

  private constructor(options: CacheOptions) {
    this.#options = options;
  }

  static async open(options: CacheOptions): Promise<Cache> {
    const cache = new Cache(options);
    await cache.#load();
    return cache;
  }

  /** Everything up to this revision is in the cache. */
  get revision(): number {
    return this.#revision;
  }

  resource(kind: Kind): ResourceCache | undefined {
    return this.#byPrefix.get(storagePrefix(kind));
  }

  resources(): Iterable<ResourceCache> {
    return this.#byPrefix.values();
  }

  /**
   * Holds one more stored kind from now on, with what the store has of it; a kind whose place is held already takes the
   * place of the other one. Calls for one kind must not overlap. Rejects with StoreError.
   */
  async addKind(kind: Kind): Promise<void> {
    const present = this.resource(kind);
    const { store } = this.#options;
    const prefix = storagePrefix(kind);
    if (present) {
      const { entries } = present.hasRewritten ? await store.list(prefix) : { entries: [] };
      const stored = new Map(entries.map((entry) => [entry.key.slice(prefix.length), entry]));
      present.changeKind(kind, this.#revision, stored);
      return;
    }
    const missed: StoreChange[] = [];
    this.#loading.set(prefix, missed);
    try {
      const { entries, revision } = await store.list(prefix);
      await this.reached(revision);
      const resource = this.#resourceFor(kind, revision);
      for (const entry of entries) resource.load(entry.key.slice(prefix.length), entry.value, entry.revision);
      const nowMs = this.#options.clock.now();
      for (const change of missed) if (change.revision > revision) resource.apply(change, nowMs);
      this.#byPrefix.set(prefix, resource);
    } finally {
      this.#loading.delete(prefix);
    }
  }

  /** Lets go of a kind. What the store has of it stays there; watches of it end. */
  removeKind(kind: Kind): void {
    const resource = this.resource(kind);
    if (!resource) return;
    this.#byPrefix.delete(resource.prefix);
    resource.close();
  }

  #resourceFor(kind: Kind, horizon: number): ResourceCache {
    const { freeze, limits } = this.#options;
    const parsedForm = (value: Uint8Array) => this.#take(value);
    return new ResourceCache(kind, horizon, { freeze, limits, parsedForm });
  }

  async #load(): Promise<void> {
    const { store, kinds, log } = this.#options;
    const revision = await store.revision();
    for (const kind of kinds) {
      if (kind.review || kind.storedAs) continue;
      const resource = this.#resourceFor(kind, revision);
      this.#byPrefix.set(resource.prefix, resource);
    }
    let unknown = 0;
    await store.scan('/registry/', (entries) => {
      for (const entry of entries) {
        const resource = this.#resourceOf(entry.key);
        if (resource) resource.load(entry.key.slice(resource.prefix.length), entry.value, entry.revision);
        else unknown++;
      }
    });
    if (unknown > 0) log.debug('stored objects of kinds that are not built in', { objects: unknown });
    this.#revision = revision;
    void this.#follow(revision);
    this.#sweepLater();
    this.#settleLater();
  }

  #settleLater(): void {
    this.#settler = this.#options.clock.after(settleMs, () => {
      for (const resource of this.#byPrefix.values()) resource.settle();
      this.#settleLater();
    });
  }

  #sweepLater(): void {
    const { clock } = this.#options;
    this.#sweeper = clock.after(sweepMs, () => {
      for (const resource of this.#byPrefix.values()) resource.sweep(clock.now());
      this.#sweepLater();
    });
  }

  /** Objects lie at `/registry/plural/…` or `/registry/group/plural/…`. */
  #resourceOf(key: string): ResourceCache | undefined {
    const plural = key.indexOf('/', '/registry/'.length) + 1;
    const group = key.indexOf('/', plural) + 1;
    return this.#byPrefix.get(key.slice(0, plural)) ?? this.#byPrefix.get(key.slice(0, group));
  }

  async #follow(since: number): Promise<void> {
    const { store, log, clock } = this.#options;
    const { signal } = this.#stop;
    let position: number | undefined = since;
    while (!signal.aborted) {
      try {
        position ??= await this.#resync();
        for await (const batch of store.changes(position, signal)) this.#apply(batch);
      } catch (error) {
        if (signal.aborted) return;
        position = undefined;
        if (error instanceof StoreError && error.code === 'too-old') continue;
        log.error('the datastore does not report changes', { error: toError(error) });
        for (const { reject } of this.#waiting.splice(0)) reject(error);
        await pause(clock, retryMs, signal);
      }
    }
  }

  /** Lists everything and applies what differs, so that watchers and views see changes, not a new world. */
  async #resync(): Promise<number> {
    const { entries, revision } = await this.#options.store.list('/registry/');
    const changes: StoreChange[] = [];
    const present = new Set<string>();
    for (const { key, value, revision: entryRevision } of entries) {
      present.add(key);
      if (entryRevision > this.#revision) changes.push({ type: 'put', key, value, revision: entryRevision });
    }
    for (const resource of this.#byPrefix.values())
      for (const entry of resource.entries()) {
        const key = resource.prefix + entry.key;
        if (!present.has(key)) changes.push({ type: 'delete', key, revision });
      }
    this.#apply(changes.sort((a, b) => a.revision - b.revision));
    this.#advance(Math.max(this.#revision, revision));
    return this.#revision;
  }

  #apply(batch: readonly StoreChange[]): void {
    const nowMs = this.#options.clock.now();
    const touched = new Set<ResourceCache>();
    for (const change of batch) {
      const resource = this.#resourceOf(change.key);
      if (resource) {
        resource.apply(change, nowMs);
        touched.add(resource);
      } else if (this.#loading.size > 0)
        for (const [prefix, missed] of this.#loading) if (change.key.startsWith(prefix)) missed.push(change);
      this.#revision = change.revision;
    }
    for (const resource of touched) resource.wakeWatchers();
    this.#advance(this.#revision);
  }

  /** Whoever waits for this revision, or an earlier one, goes on. */
  #advance(revision: number): void {
    this.#revision = revision;
    const reached = this.#waiting.findIndex(({ revision }) => revision > this.#revision);
    for (const { resolve } of this.#waiting.splice(0, reached < 0 ? this.#waiting.length : reached)) resolve();
  }

  /** Resolves when the cache shows everything up to `revision`. */
  reached(revision: number): Promise<void> {
    if (revision <= this.#revision) return Promise.resolve();
    if (this.#stop.signal.aborted) return Promise.reject(new Error('the registry is closed'));
    return new Promise((resolve, reject) => {
      const at = this.#waiting.findLastIndex((other) => other.revision <= revision) + 1;
      this.#waiting.splice(at, 0, { revision, resolve, reject });
    });
  }

  /** Resolves when the cache shows `revision`, or after `waitMs`, whichever comes first. */
  async reachedWithin(revision: number, { waitMs, signal }: { waitMs: number; signal: AbortSignal }): Promise<void> {
    const endMs = this.#options.clock.now() + waitMs;
    while (revision > this.#revision && this.#options.clock.now() < endMs)
      await sleep(this.#options.clock, freshnessCheckMs, signal);
  }

  /** Remembers what `value` was encoded from, until it comes back as a change or `forget` is called; the object is given away. */
  remember(value: Uint8Array, object: KubeObject): void {
    this.#parsed.set(value, object);
  }

  /** The write of `value` has failed. */
  forget(value: Uint8Array): void {
    this.#parsed.delete(value);
  }

  #take(value: Uint8Array): KubeObject | undefined {
    const object = this.#parsed.get(value);
    if (object) this.#parsed.delete(value);
    return object;
  }

  close(): void {
    this.#sweeper?.cancel();
    this.#settler?.cancel();
    this.#stop.abort();
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the registry is closed'));
  }
}
