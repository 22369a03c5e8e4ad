import type { Kind } from '../../api/kind.ts';
import type { KubeObject, ObjectKey } from '../../api/object.ts';
import { ApiError } from '../../api/status.ts';
import type { Change, Index, View, ViewOptions } from '../../client/client.ts';
import { ViewIndexes } from '../../client/view-indexes.ts';
import type { Cache } from './cache/cache.ts';
import type { CachedEntry } from './cache/cached-entry.ts';
import type { EntryChange, ResourceCache } from './cache/resource-cache.ts';
import { namespaceRange } from './cache/sorted-entries.ts';
import { keyMatches, matcherOf } from './read/matcher.ts';
import { presentAs, storedKind } from './served-kind.ts';

/** A live view on the cache. It holds no objects: only, with selectors, which entries match, and its indexes. */
export class CacheView<T extends KubeObject> implements View<T> {
  readonly #resource: ResourceCache;
  readonly #kind: Kind<T>;
  readonly #allowed: Promise<void>;
  #open = false;
  readonly #selects: ((entry: CachedEntry) => boolean) | undefined;
  readonly #namespace: string;
  /** Entries that match, by key, where there is more to it than the key. */
  readonly #matching: Map<ObjectKey, CachedEntry> | undefined;
  readonly #indexes = new ViewIndexes<T>();
  readonly #listeners = new Set<(change: Change<T>) => void>();
  #undelivered: Change<T>[] = [];

  /** Shows nothing until `allowed` resolves; `ready` settles as it does. */
  constructor(cache: Cache, kind: Kind<T>, options: ViewOptions & { readonly allowed: Promise<void> }) {
    if (kind.convert && kind.storedAs)
      throw new ApiError(
        'InternalError',
        `no view of ${kind.apiVersion} ${kind.plural}: a webhook makes them; views show the stored version`,
      );
    const resource = cache.resource(storedKind(kind));
    if (!resource) throw new ApiError('NotFound', 'the server could not find the requested resource');
    this.#resource = resource;
    this.#kind = kind;
    this.#namespace = options.namespace ?? '';
    const matcher = matcherOf(kind, options);
    if (matcher.selective) {
      this.#selects = (entry) => keyMatches(matcher, entry.key) && matcher.matches(presentAs(kind, entry));
      this.#matching = new Map();
    }
    this.#allowed = options.allowed.then(() => this.#start());
    this.#allowed.catch(() => undefined); // told by `ready`
  }

  #start(): void {
    this.#open = true;
    for (const entry of this.#resource.entries()) if (this.#selects?.(entry)) this.#matching?.set(entry.key, entry);
    this.#resource.listen((change) => this.#onEntry(change));
  }

  /** The kind is no longer there, or is there anew: this view shows what it had. */
  get isStale(): boolean {
    return this.#resource.isClosed;
  }

  async ready(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.#allowed;
  }

  get(key: ObjectKey): T | undefined {
    if (!this.#open) return undefined;
    const entry = this.#matching ? this.#matching.get(key) : this.#resource.get(key);
    return entry && this.#covers(key) ? this.#object(entry) : undefined;
  }

  list(namespace = this.#namespace): readonly T[] {
    if (!this.#open || this.#resource.size === 0 || (this.#namespace !== '' && namespace !== this.#namespace))
      return [];
    if (this.#matching) {
      const found = [...this.#matching.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
      const inside = namespace ? found.filter(({ key }) => key.startsWith(`${namespace}/`)) : found;
      return this.#overlook(inside);
    }
    const { from, to } = namespace ? namespaceRange(namespace) : { from: '', to: undefined };
    return this.#overlook(this.#resource.sorted.range(from, to));
  }

  by(index: Index<T>, value: string): readonly T[] {
    if (!this.#open) return [];
    const keys = this.#indexes.keys(index, value, this.#indexed());
    const objects: T[] = [];
    for (const key of keys) {
      const object = this.get(key);
      if (object) objects.push(object);
    }
    return objects;
  }

  counts(index: Index<T>): ReadonlyMap<string, number> {
    return this.#open ? this.#indexes.counts(index, this.#indexed()) : new Map();
  }

  onChange(listener: (change: Change<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  *#indexed(): Generator<readonly [ObjectKey, T]> {
    this.#resource.overlooked = true;
    for (const entry of this.#matching?.values() ?? this.#resource.entries())
      if (this.#covers(entry.key)) yield [entry.key, this.#glimpse(entry)];
  }

  /** Who looks at all will not soon ask for each. */
  #overlook(entries: readonly CachedEntry[]): readonly T[] {
    this.#resource.overlooked = true;
    return entries.map((entry) => this.#glimpse(entry));
  }

  #covers(key: ObjectKey): boolean {
    return this.#namespace === '' || key.startsWith(`${this.#namespace}/`);
  }

  #object(entry: CachedEntry): T {
    return presentAs(this.#kind, entry).object as T;
  }

  #glimpse(entry: CachedEntry): T {
    return presentAs(this.#kind, entry).glimpse as T;
  }

  #onEntry({ key, entry: present, previous: past }: EntryChange): void {
    if (!this.#covers(key)) return;
    const previous = this.#matching ? this.#matching.get(key) : past;
    const entry = present && (this.#selects?.(present) ?? true) ? present : undefined;
    if (!entry && !previous) return;
    if (entry) this.#matching?.set(key, entry);
    else this.#matching?.delete(key);
    if (!entry) this.#indexes.remove(key);
    else if (!this.#indexes.isEmpty) this.#indexes.put(key, this.#glimpse(entry));
    if (this.#listeners.size > 0) this.#deliverLater(this.#changeOf(entry, previous));
  }

  #changeOf(entry: CachedEntry | undefined, previous: CachedEntry | undefined): Change<T> {
    if (!entry) {
      const old = this.#glimpse(previous as CachedEntry);
      return { type: 'deleted', object: old, old };
    }
    if (!previous) return { type: 'added', object: this.#glimpse(entry) };
    return { type: 'modified', object: this.#glimpse(entry), old: this.#glimpse(previous) };
  }

  /** After the write that caused it, never inside it. */
  #deliverLater(change: Change<T>): void {
    this.#undelivered.push(change);
    if (this.#undelivered.length > 1) return;
    setImmediate(() => {
      const changes = this.#undelivered;
      this.#undelivered = [];
      for (const each of changes) for (const listener of [...this.#listeners]) listener(each);
    });
  }
}
