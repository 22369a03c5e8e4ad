import type { KubeObject, ObjectKey } from '../../../api/object.ts';
import { ApiError } from '../../../api/status.ts';
import { type Store, type StoredEntry, StoreError } from '../../../store/store.ts';
import type { Cache } from '../cache/cache.ts';
import type { CachedEntry } from '../cache/cached-entry.ts';
import type { ResourceCache } from '../cache/resource-cache.ts';
import { encodeStored } from '../cache/stored-form.ts';

/** Lost a race that the caller may run again after `settled()`. */
export class RaceError extends Error {
  readonly code: 'exists' | 'conflict' | 'not-found';

  constructor(cause: StoreError, code: 'exists' | 'conflict' | 'not-found') {
    super(cause.message, { cause });
    this.name = 'RaceError';
    this.code = code;
  }
}

/** Writes objects to the store, and waits until the cache shows them. */
export class ObjectStorage {
  readonly #store: Store;
  readonly #cache: Cache;

  constructor(store: Store, cache: Cache) {
    this.#store = store;
    this.#cache = cache;
  }

  /** The object is given away. */
  async create(resource: ResourceCache, key: ObjectKey, object: KubeObject): Promise<CachedEntry> {
    const value = encodeStored(resource.kind, object);
    const durability = durabilityOf(resource, object);
    const write = () => this.#store.create(resource.prefix + key, value, { durability });
    return this.#shown(resource, key, value, await this.#write(value, object, write));
  }

  /** The object is given away. */
  async update(resource: ResourceCache, old: CachedEntry, object: KubeObject): Promise<CachedEntry> {
    const value = encodeStored(resource.kind, object);
    const durability = durabilityOf(resource, object);
    const write = () => this.#store.update(resource.prefix + old.key, value, old.revision, { durability });
    return this.#shown(resource, old.key, value, await this.#write(value, object, write));
  }

  /** Resolves to the last state, at the revision of the removal. */
  async delete(resource: ResourceCache, old: CachedEntry): Promise<CachedEntry> {
    const revision = await this.#attempt(() => this.#store.delete(resource.prefix + old.key, old.revision));
    await this.#reached(revision);
    return resource.restamp(old, revision);
  }

  /** After a lost race: the cache shows what the store showed then. */
  async settled(): Promise<void> {
    await this.#reached(await this.#attempt(() => this.#store.revision()));
  }

  /** Resolves to the revision of the write. */
  async #write(value: Buffer, object: KubeObject, write: () => Promise<StoredEntry>): Promise<number> {
    this.#cache.remember(value, object);
    try {
      return (await write()).revision;
    } catch (error) {
      this.#cache.forget(value);
      throw apiErrorOf(error);
    }
  }

  async #shown(resource: ResourceCache, key: ObjectKey, value: Buffer, revision: number): Promise<CachedEntry> {
    if (revision > this.#cache.revision) await this.#reached(revision);
    const entry = resource.get(key);
    return entry?.revision === revision ? entry : resource.entryOf(key, value, revision);
  }

  #reached(revision: number): Promise<void> {
    return this.#attempt(() => this.#cache.reached(revision));
  }

  async #attempt<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw apiErrorOf(error);
    }
  }
}

function durabilityOf({ kind }: ResourceCache, object: KubeObject): 'sync' | 'lazy' {
  return kind.durabilityOf?.(object) ?? kind.durability;
}

function apiErrorOf(error: unknown): Error {
  if (!(error instanceof StoreError))
    return new ApiError('InternalError', 'the datastore failed', undefined, { cause: error });
  switch (error.code) {
    case 'exists':
    case 'conflict':
    case 'not-found':
      return new RaceError(error, error.code);
    case 'too-large':
      return new ApiError('RequestEntityTooLarge', error.message, undefined, { cause: error });
    case 'unavailable':
    case 'too-old':
      return new ApiError('ServiceUnavailable', error.message, { retryAfterSeconds: 1 }, { cause: error });
    case 'corrupt':
      return new ApiError('InternalError', error.message, undefined, { cause: error });
  }
}
