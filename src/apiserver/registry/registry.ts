import type { Kind } from '../../api/kind.ts';
import { type Draft, type KubeObject, keyOf, type ObjectRef } from '../../api/object.ts';
import { ApiError, isApiError, notFound } from '../../api/status.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { type Logger, silentLogger } from '../../base/log.ts';
import { inParallel } from '../../base/parallel.ts';
import type { DeleteOptions, Patch } from '../../client/client.ts';
import type { Store } from '../../store/store.ts';
import type {
  AdmissionPlugin,
  BodyRequest,
  Entry,
  EntryList,
  ModifyOptions,
  ReadOptions,
  Registry,
  RegistryWatchOptions,
  RequestContext,
  WatchFrame,
  WriteTarget,
} from '../contract.ts';
import { Cache } from './cache/cache.ts';
import type { CachedEntry } from './cache/cached-entry.ts';
import type { WindowLimits } from './cache/event-window.ts';
import type { ResourceCache } from './cache/resource-cache.ts';
import { present } from './conversion.ts';
import { copyJson } from './json.ts';
import { listConverted, watchConverted } from './read/converted.ts';
import { listEntries } from './read/list.ts';
import { matcherOf } from './read/matcher.ts';
import { presentFrames } from './read/present-frames.ts';
import { checkListOptions, parseListVersion, parseResourceVersion, tooLarge } from './read/resource-version.ts';
import { Watch, type WatchSource } from './read/watch.ts';
import {
  equivalentsOf,
  managedVersionsOf,
  presentAs,
  ruledObject,
  rulingKind,
  storedKind,
  unruledObject,
} from './served-kind.ts';
import { applyObject } from './write/apply.ts';
import { createObject } from './write/create.ts';
import { deleteObject } from './write/delete.ts';
import { admitBody, randomSuffix, randomUid, throwIfAborted, type WriteEnvironment } from './write/environment.ts';
import { draftOf } from './write/managed-fields.ts';
import { patchObject } from './write/patch.ts';
import { ObjectStorage } from './write/storage.ts';
import { updateObject } from './write/update.ts';

export interface RegistryOptions {
  readonly store: Store;
  readonly kinds: readonly Kind[];
  /** In order. Read at every write: the composition root may fill the list after the registry is open. */
  readonly admission?: readonly AdmissionPlugin[];
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Freezes every object that leaves the registry, so that a test fails where one is changed. Default: no. */
  readonly freeze?: boolean;
  /** How much of the past each kind keeps for watches. Default: 5,000 events, 8 MiB, 5 minutes. */
  readonly limits?: Partial<WindowLimits>;
  readonly newUid?: () => string;
  readonly newNameSuffix?: () => string;
}

/** How long a read waits for a revision that is not here yet, as upstream. */
const freshnessWaitMs = 3000;
/** Side by side, so that their commits share a group. */
const deletionsAtOnce = 16;

const defaultLimits: WindowLimits = { maxEvents: 5000, maxBytes: 8 * 1024 * 1024, maxAgeMs: 300_000 };

/** Loads the cluster's state and answers from memory from then on. Rejects with StoreError. */
export async function openRegistry(options: RegistryOptions): Promise<CachedRegistry> {
  const { store, kinds, clock = systemClock, log = silentLogger, freeze = false } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const cache = await Cache.open({ store, kinds, clock, log, freeze, limits });
  const registry: CachedRegistry = new CachedRegistry(cache, {
    kinds,
    env: {
      storage: new ObjectStorage(store, cache),
      clock,
      admission: options.admission ?? [],
      managedVersions: managedVersionsOf(equivalentsOf(() => registry.kinds)),
      newUid: options.newUid ?? randomUid,
      newNameSuffix: options.newNameSuffix ?? randomSuffix,
    },
  });
  return registry;
}

/** The registry over a store, with the whole state in memory. */
export class CachedRegistry implements Registry {
  #kinds: readonly Kind[];
  readonly #kindListeners = new Set<() => void>();
  /** For views, which read it directly. */
  readonly cache: Cache;
  readonly #env: WriteEnvironment;

  constructor(cache: Cache, { kinds, env }: { readonly kinds: readonly Kind[]; readonly env: WriteEnvironment }) {
    this.#kinds = kinds;
    this.cache = cache;
    this.#env = env;
  }

  /** What is served. Another list whenever it changes. */
  get kinds(): readonly Kind[] {
    return this.#kinds;
  }

  /** Serves these kinds from now on; what they are stored as must be in the cache (`cache.addKind`). */
  serveKinds(kinds: readonly Kind[]): void {
    this.#kinds = kinds;
    for (const listener of [...this.#kindListeners]) listener();
  }

  /** Calls back after each change of what is served. Listeners must not throw. */
  onKindsChange(listener: () => void): () => void {
    this.#kindListeners.add(listener);
    return () => this.#kindListeners.delete(listener);
  }

  async get<T extends KubeObject>(
    kind: Kind<T>,
    ref: ObjectRef,
    context: RequestContext,
    options: { readonly resourceVersion?: string } = {},
  ): Promise<Entry<T>> {
    throwIfAborted(context);
    if (options.resourceVersion) await this.#notOlderThan(parseResourceVersion(options.resourceVersion), context);
    const entry = this.#resource(kind).get(keyOf({ metadata: ref }));
    if (!entry) throw notFound(kind, ref.name);
    return served(kind, entry);
  }

  async list<T extends KubeObject>(
    kind: Kind<T>,
    options: ReadOptions,
    context: RequestContext,
  ): Promise<EntryList<T>> {
    throwIfAborted(context);
    checkListOptions(options);
    if (!options.continue) await this.#notOlderThan(parseListVersion(options.resourceVersion), context);
    if (kind.convert)
      return (await listConverted(kind, this.#source(kind, options), {
        options,
        signal: context.signal,
      })) as EntryList<T>;
    const list = listEntries(this.#resource(kind), this.#matcher(kind, options), options, this.cache.revision);
    return (
      kind.storedAs ? { ...list, entries: list.entries.map((e) => presentAs(kind, e as CachedEntry)) } : list
    ) as EntryList<T>;
  }

  /** Waits for a revision that the client has seen elsewhere, as upstream does. Errors: Timeout. */
  async #notOlderThan(asked: number | undefined, context: RequestContext): Promise<void> {
    if (asked === undefined || asked <= this.cache.revision) return;
    await this.cache.reachedWithin(asked, { waitMs: freshnessWaitMs, signal: context.signal });
    if (asked > this.cache.revision) throw tooLarge(asked, this.cache.revision);
  }

  watch<T extends KubeObject>(
    kind: Kind<T>,
    options: RegistryWatchOptions,
    context: RequestContext,
  ): AsyncIterable<readonly WatchFrame<T>[]> {
    const { signal } = context;
    const source = this.#source(kind, options);
    if (kind.convert)
      return watchConverted(kind, source, { options, signal }) as AsyncIterable<readonly WatchFrame<T>[]>;
    const watch = new Watch(source, options, signal);
    return (kind.storedAs ? presentFrames(kind, watch) : watch) as AsyncIterable<readonly WatchFrame<T>[]>;
  }

  #source(kind: Kind, options: ReadOptions): WatchSource {
    const { clock } = this.#env;
    const revision = () => this.cache.revision;
    return { resource: this.#resource(kind), matcher: this.#matcher(kind, options), clock, revision };
  }

  #matcher(kind: Kind, options: ReadOptions) {
    const matcher = matcherOf(kind, options);
    if (!kind.storedAs || kind.convert) return matcher;
    return { ...matcher, matches: (entry: Entry) => matcher.matches(presentAs(kind, entry as CachedEntry)) };
  }

  async create<T extends KubeObject>(
    kind: Kind<T>,
    target: WriteTarget,
    object: Draft<KubeObject>,
    context: RequestContext,
  ): Promise<Entry<T>> {
    const draft = ruledObject(kind, object as KubeObject) as Draft<KubeObject>;
    return served(
      kind,
      await createObject(this.#env, this.#resource(kind), { kind: rulingKind(kind), target, draft, context }),
    );
  }

  async update<T extends KubeObject>(
    kind: Kind<T>,
    target: WriteTarget,
    object: Draft<KubeObject>,
    context: RequestContext,
  ): Promise<Entry<T>> {
    const resource = this.#resource(kind);
    if (kind.createOnUpdate && !target.subresource && !resource.get(keyOf({ metadata: target }))) {
      try {
        return await this.create(kind, target, copyJson(object), context);
      } catch (error) {
        // Somebody else created it meanwhile: then it is an update.
        if (!isApiError(error, 'AlreadyExists')) throw error;
      }
    }
    const { resourceVersion } = object.metadata ?? {};
    const wanted = ruledObject(kind, object as KubeObject) as Draft<KubeObject>;
    const entry = await updateObject(this.#env, resource, {
      kind: rulingKind(kind),
      target,
      context,
      change: () => copyJson(wanted),
      pinned: Boolean(resourceVersion) && resourceVersion !== '0',
    });
    return served(kind, entry);
  }

  async patch<T extends KubeObject>(
    kind: Kind<T>,
    target: WriteTarget,
    patch: Patch,
    context: RequestContext,
  ): Promise<{ readonly entry: Entry<T>; readonly created: boolean }> {
    if (patch.type === 'apply') {
      const { entry, created } = await applyObject(this.#env, this.#resource(kind), { kind, target, patch, context });
      return { entry: await served(kind, entry), created };
    }
    const entry = await updateObject(this.#env, this.#resource(kind), {
      kind: rulingKind(kind),
      target,
      context,
      change: (stored) => {
        const wanted = patchObject(kind, unruledObject(kind, stored), {
          patch,
          context,
          subresource: target.subresource,
        });
        return ruledObject(kind, wanted as KubeObject) as Draft<KubeObject>;
      },
    });
    return { entry: await served(kind, entry), created: false };
  }

  async modify<T extends KubeObject>(
    kind: Kind<T>,
    target: WriteTarget,
    change: (draft: Draft<T>, old: T) => unknown,
    context: RequestContext,
    options: ModifyOptions = {},
  ): Promise<Entry<T>> {
    const entry = await updateObject(this.#env, this.#resource(kind), {
      kind: rulingKind(kind),
      target,
      context,
      trusted: true,
      ...options,
      change: async (stored) => {
        const old = unruledObject(kind, stored) as T;
        const draft = draftOf(old) as unknown as Draft<T>;
        await change(draft, old);
        return ruledObject(kind, draft as unknown as KubeObject) as Draft<KubeObject>;
      },
    });
    return served(kind, entry);
  }

  admit<B extends KubeObject>(
    kind: Kind,
    target: WriteTarget,
    request: BodyRequest<B>,
    context: RequestContext,
  ): Promise<B> {
    return admitBody(this.#env.admission, { kind, target, context }, request);
  }

  async delete<T extends KubeObject>(
    kind: Kind<T>,
    ref: ObjectRef,
    options: DeleteOptions,
    context: RequestContext,
    how: Pick<ModifyOptions, 'admitted'> = {},
  ): Promise<{ readonly entry: Entry<T>; readonly removed: boolean }> {
    const { entry, removed } = await deleteObject(this.#env, this.#resource(kind), {
      kind: rulingKind(kind),
      ref,
      options,
      context,
      ...how,
    });
    return { entry: await served(kind, entry), removed };
  }

  async deleteCollection<T extends KubeObject>(
    kind: Kind<T>,
    options: ReadOptions & DeleteOptions,
    context: RequestContext,
  ): Promise<EntryList<T>> {
    const list = await this.list(kind, options, context);
    const deleted = await inParallel(list.entries, deletionsAtOnce, async ({ object }) => {
      const { namespace, name = '' } = object.metadata;
      try {
        return (await this.delete(kind, { ...(namespace && { namespace }), name }, options, context)).entry;
      } catch (error) {
        if (isApiError(error, 'NotFound')) return undefined; // somebody else was faster: it is gone, as asked
        throw error;
      }
    });
    return { ...list, entries: deleted.filter((entry) => entry !== undefined) };
  }

  #resource(kind: Kind): ResourceCache {
    const resource = this.cache.resource(storedKind(kind));
    if (!resource) throw new ApiError('NotFound', 'the server could not find the requested resource');
    return resource;
  }

  /** Stops following the store. The store is the caller's to close. */
  close(): void {
    this.cache.close();
  }
}

function served<T extends KubeObject>(kind: Kind<T>, entry: CachedEntry): Entry<T> | Promise<Entry<T>> {
  return present(kind, entry) as Entry as Entry<T>;
}
