import type { Kind } from '../api/kind.ts';
import type { KubeObject, ObjectKey, ObjectRef } from '../api/object.ts';

/**
 * The one way to the API for controllers, scheduler, node agent and packaged components. A client acts as one identity.
 * The in-process form calls the registry without serialization; the HTTP form speaks to any conforming API server.
 *
 * - Objects that come back are shared: read-only.
 * - Every call rejects with `ApiError` when the API says no, and with the signal's reason when it aborts.
 * - What a call wrote is visible in the views of the same client when its promise resolves.
 */
export interface Client {
  get<T extends KubeObject>(kind: Kind<T>, ref: ObjectRef, options?: CallOptions): Promise<T>;
  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<ListResult<T>>;
  /** Changes after `resourceVersion`; ends when the signal aborts or the server closes. Rejects with reason `Expired` when too old. */
  watch<T extends KubeObject>(kind: Kind<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  create<T extends KubeObject>(kind: Kind<T>, object: NewObject<T>, options?: WriteOptions): Promise<T>;
  /** Fails with `Conflict` when `metadata.resourceVersion` is set and no longer the newest. */
  update<T extends KubeObject>(
    kind: Kind<T>,
    object: T,
    options?: WriteOptions & { readonly subresource?: string },
  ): Promise<T>;
  patch<T extends KubeObject>(
    kind: Kind<T>,
    ref: ObjectRef,
    patch: Patch,
    options?: WriteOptions & { readonly subresource?: string },
  ): Promise<T>;
  delete(kind: Kind, ref: ObjectRef, options?: DeleteOptions): Promise<void>;
  deleteCollection(kind: Kind, options: ListOptions & DeleteOptions): Promise<void>;
  /** POST to a subresource that is not the object itself: `binding`, `eviction`, `token`. */
  createSubresource(
    kind: Kind,
    ref: ObjectRef,
    subresource: string,
    body: KubeObjectLike,
    options?: CallOptions,
  ): Promise<unknown>;
  /**
   * A live, indexed view of what this client may see of a kind. The same arguments give the same view; it is shared
   * and costs one watch (in process: nothing).
   */
  view<T extends KubeObject>(kind: Kind<T>, options?: ViewOptions): View<T>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ListOptions extends CallOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
}

export interface ListResult<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue?: string;
}

export interface WatchOptions extends CallOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion: string;
}

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

export interface WriteOptions extends CallOptions {
  readonly dryRun?: boolean;
  /** Who owns the fields that this write sets. Default: the client's name. */
  readonly fieldManager?: string;
}

export interface DeleteOptions extends CallOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** An object under construction: `apiVersion` and `kind` follow from the descriptor. */
export type NewObject<T extends KubeObject> = Omit<T, 'apiVersion' | 'kind'>;
export type KubeObjectLike = Readonly<Record<string, unknown>>;

export type Patch =
  /** RFC 6902. */
  | { readonly type: 'json'; readonly operations: readonly JsonPatchOperation[] }
  /** RFC 7386. */
  | { readonly type: 'merge'; readonly body: KubeObjectLike }
  | { readonly type: 'strategic'; readonly body: KubeObjectLike }
  /** Server-side apply; `force` takes over fields that others own. */
  | { readonly type: 'apply'; readonly body: KubeObjectLike; readonly force?: boolean };

export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

export interface ViewOptions {
  readonly namespace?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

/** A live copy of a set of objects. Reads are synchronous and never wait. */
export interface View<T extends KubeObject> {
  get(key: ObjectKey): T | undefined;
  list(namespace?: string): readonly T[];
  /** The objects for which `index.of` gives `value`. Built on first use, kept up to date from then on. */
  by(index: Index<T>, value: string): readonly T[];
  /** How many objects `index.of` files under each value; looks at none of them again. */
  counts(index: Index<T>): ReadonlyMap<string, number>;
  /** Calls `listener` for each change from now on, after the view shows it. Returns how to stop. */
  onChange(listener: (change: Change<T>) => void): () => void;
  /** Resolves when the view has its first full content; rejects when the signal aborts. */
  ready(signal?: AbortSignal): Promise<void>;
}

/** A module-level constant; its identity is the index. */
export interface Index<T extends KubeObject> {
  readonly name: string;
  of(object: T): readonly string[];
}

export type Change<T> =
  | { readonly type: 'added'; readonly object: T; readonly old?: undefined }
  | { readonly type: 'modified'; readonly object: T; readonly old: T }
  | { readonly type: 'deleted'; readonly object: T; readonly old: T };
