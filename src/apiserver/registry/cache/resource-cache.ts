import type { Kind } from '../../../api/kind.ts';
import type { KubeObject, ObjectKey } from '../../../api/object.ts';
import type { StoreChange, StoredEntry } from '../../../store/store.ts';
import { CachedEntry } from './cached-entry.ts';
import { type CacheEvent, EventWindow, type WindowLimits } from './event-window.ts';
import { SortedEntries } from './sorted-entries.ts';
import { atRevision, headOf, servedForm, storedHead } from './stored-form.ts';

/** Of so many changes the parsed forms stay for those who look at once: listeners, the next write of the same object. */
const freshChanges = 32;

/** A change as views see it. */
export interface EntryChange {
  readonly key: ObjectKey;
  readonly entry: CachedEntry | undefined;
  readonly previous: CachedEntry | undefined;
}

/** What wants to hear of each change at once, before anything else runs. Must not throw, write or wait. */
export type CacheListener = (change: EntryChange) => void;

export interface ResourceCacheOptions {
  readonly limits: WindowLimits;
  readonly freeze: boolean;
  /** The parsed form of a value that this process has just encoded. */
  readonly parsedForm: (value: Uint8Array) => KubeObject | undefined;
}

/** The whole state of one stored kind, with its recent events. */
export class ResourceCache {
  readonly prefix: string;
  readonly sorted = new SortedEntries();
  readonly window: EventWindow;
  readonly #options: ResourceCacheOptions;
  #kind: Kind;
  #head: Buffer;
  #isClosed = false;
  /** Somebody has looked at all, which made parsed forms that nobody may ask for again. */
  overlooked = false;
  readonly #entries = new Map<ObjectKey, CachedEntry>();
  readonly #listeners = new Set<CacheListener>();
  readonly #parked = new Set<() => void>();
  /** The newest changes, oldest first from `#freshAt` on. */
  readonly #fresh: (Pick<EntryChange, 'entry' | 'previous'> | undefined)[] = new Array(freshChanges).fill(undefined);
  #freshAt = 0;

  constructor(kind: Kind, horizon: number, options: ResourceCacheOptions) {
    this.#kind = kind;
    this.prefix = storagePrefix(kind);
    this.window = new EventWindow(horizon, options.limits);
    this.#options = options;
    this.#head = Buffer.from(storedHead(kind));
  }

  get kind(): Kind {
    return this.#kind;
  }

  /** The kind is gone: watches end once they have sent everything. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
    this.wakeWatchers();
  }

  /**
   * A custom resource's definition has changed: every entry is looked at anew when it is next asked for, and where it
   * has another shape watches end, as upstream's do: they show objects by the old one. Where objects are stored in another version from now on, they have to
   * begin with a list, as the old events are of the old version. `stored` has what the store holds of the entries that were not shown as they are stored: the new definition may show more of it.
   */
  changeKind(kind: Kind, revision: number, stored: ReadonlyMap<ObjectKey, StoredEntry>): void {
    const old = this.#kind;
    if (old === kind) return;
    this.#kind = kind;
    this.#head = Buffer.from(storedHead(kind));
    for (const entry of this.#entries.values()) {
      const kept = stored.get(entry.key);
      const raw = kept?.revision === entry.revision ? this.#served(kept.value, kept.revision) : entry.raw;
      const next = this.#entry(entry.key, raw, entry.revision);
      this.#entries.set(entry.key, next);
      this.sorted.put(next);
    }
    if (old.apiVersion !== kind.apiVersion) this.window.reset(revision);
    this.wakeWatchers();
  }

  /** Something was shown in another way than it is stored. */
  get hasRewritten(): boolean {
    return this.#entries.values().some(({ isRewritten }) => isRewritten);
  }

  get(key: ObjectKey): CachedEntry | undefined {
    return this.#entries.get(key);
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): Iterable<CachedEntry> {
    return this.#entries.values();
  }

  /** First content, in key order. */
  load(key: ObjectKey, value: Uint8Array, revision: number): void {
    const entry = this.#entry(key, this.#served(value, revision), revision);
    this.#entries.set(key, entry);
    this.sorted.put(entry);
  }

  /** The one way in for every change, own or another server's. */
  apply(change: StoreChange, atMs: number): void {
    const key = change.key.slice(this.prefix.length);
    const previous = this.#entries.get(key);
    if (previous && previous.revision >= change.revision) return;
    if (change.type === 'delete' && !previous) return;
    const { revision } = change;
    if (change.type === 'put') {
      const object = this.#options.parsedForm(change.value);
      const entry = this.#entry(key, this.#served(change.value, revision), revision, object);
      this.#entries.set(key, entry);
      this.sorted.put(entry);
      this.window.push({ revision, atMs, previous, frame: { type: previous ? 'MODIFIED' : 'ADDED', entry } });
      this.#tell({ key, entry, previous });
    } else if (previous) {
      this.#entries.delete(key);
      this.sorted.remove(key);
      this.window.push({
        revision,
        atMs,
        previous,
        frame: { type: 'DELETED', entry: this.restamp(previous, revision) },
      });
      this.#tell({ key, entry: undefined, previous });
    }
  }

  /** What a custom resource's older version stored begins otherwise. */
  #served(value: Uint8Array, revision: number): Buffer {
    return servedForm(this.#kind.readStored ? headOf(value) : this.#head, value, revision);
  }

  #entry(key: ObjectKey, json: Buffer, revision: number, object?: KubeObject): CachedEntry {
    if (object) (object.metadata as { resourceVersion?: string }).resourceVersion = String(revision);
    return new CachedEntry({ kind: this.kind, key, json, revision, object, freeze: this.#options.freeze });
  }

  /** An entry for a value that the cache does not hold (any more, or never: dry run). */
  entryOf(key: ObjectKey, value: Uint8Array, revision: number): CachedEntry {
    return this.#entry(key, this.#served(value, revision), revision, this.#options.parsedForm(value));
  }

  /** What a dry run answers: at the revision of the object it would have replaced, or at none. */
  transient(key: ObjectKey, value: Uint8Array, revision: number | undefined): CachedEntry {
    if (revision !== undefined) return this.entryOf(key, value, revision);
    const json = Buffer.from(value);
    return new CachedEntry({ kind: this.kind, key, json, revision: 0, freeze: this.#options.freeze });
  }

  /** The same object at another revision, as DELETED events carry it. */
  restamp(entry: CachedEntry, revision: number): CachedEntry {
    return this.#entry(entry.key, atRevision(this.#head, entry.json, entry.revision, revision), revision);
  }

  enteringFrame(event: CacheEvent): NonNullable<CacheEvent['entering']> {
    event.entering ??= { type: 'ADDED', entry: event.frame.entry };
    return event.entering;
  }

  leavingFrame(event: CacheEvent, previous: CachedEntry): NonNullable<CacheEvent['leaving']> {
    event.leaving ??= { type: 'DELETED', entry: this.restamp(previous, event.revision) };
    return event.leaving;
  }

  #tell(change: EntryChange): void {
    for (const listener of this.#listeners) listener(change);
    const settled = this.#fresh[this.#freshAt];
    this.#fresh[this.#freshAt] = change;
    this.#freshAt = (this.#freshAt + 1) % freshChanges;
    settled?.previous?.retire();
    // What was changed is likely to be changed again; what was created is mostly only looked at.
    if (!settled?.previous) settled?.entry?.settle();
  }

  listen(listener: CacheListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Watchers that have read everything wait here; `wakeWatchers` calls each. */
  park(watcher: () => void): () => void {
    this.#parked.add(watcher);
    return () => this.#parked.delete(watcher);
  }

  wakeWatchers(): void {
    for (const watcher of [...this.#parked]) watcher();
    this.window.trim();
  }

  /** Every few seconds: parsed forms that were made for a look at all, and that nobody has asked for by key, go. */
  settle(): void {
    if (!this.overlooked) return;
    this.overlooked = false;
    for (const entry of this.#entries.values()) entry.settle();
  }

  /** Now and then: parsed forms and events that nobody asked for lately go. */
  sweep(nowMs: number): void {
    this.window.expire(nowMs);
    for (let position = this.window.start; position < this.window.end; position++)
      this.window.at(position).previous?.dropIfUnused();
    for (const entry of this.#entries.values()) entry.dropIfUnused();
  }
}

/** Where the objects of a kind lie in the store. */
export function storagePrefix({ group, plural }: { readonly group: string; readonly plural: string }): string {
  return `/registry/${group ? `${group}/` : ''}${plural}/`;
}
