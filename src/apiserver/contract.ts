import type { Kind } from '../api/kind.ts';
import type { Draft, KubeObject, ObjectRef } from '../api/object.ts';
import type { DeleteOptions, Patch } from '../client/client.ts';

/** What the parts of the API server agree on: who asks, who may, what is checked on the way in, and the registry. */

export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What authenticators see of a request. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Names and values in turn, as they came: where a header is sent several times, its values stand apart. */
  readonly rawHeaders: readonly string[];
  /** Percent-decoded. */
  readonly path: string;
  readonly certificate?: ClientCertificate;
}

/** The subject of a certificate that the TLS layer has verified. */
export interface ClientCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly uid?: string;
  /** SHA-256 of the certificate, in hex. */
  readonly fingerprint: string;
  /** Signed by the authority of users. */
  readonly isClient: boolean;
  /** Signed by the authority of proxies that tell who asks. */
  readonly isRequestHeader: boolean;
}

export interface Authenticator {
  /** Undefined: these credentials are not of my kind. Throws ApiError `Unauthorized` when they are, but do not hold. */
  authenticate(credentials: Credentials, signal: AbortSignal): Promise<UserInfo | undefined>;
}

/** `authorizer.Attributes` of upstream. */
export interface Attributes {
  readonly user: UserInfo;
  /** get, list, watch, create, update, patch, delete, deletecollection, connect verbs as create/get; or the HTTP method in lower case. */
  readonly verb: string;
  readonly resource?: {
    readonly group: string;
    readonly version: string;
    readonly plural: string;
    readonly subresource: string;
    /** '' for all namespaces or cluster-scoped. */
    readonly namespace: string;
    readonly name: string;
    readonly fieldSelector?: string;
    readonly labelSelector?: string;
  };
  /** For requests that are not for a resource. */
  readonly path?: string;
}

export interface Decision {
  readonly decision: 'allow' | 'deny' | 'no-opinion';
  readonly reason: string;
}

export interface Authorizer {
  authorize(attributes: Attributes): Promise<Decision> | Decision;
}

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface AdmissionRequest {
  readonly operation: Operation;
  readonly kind: Kind;
  /** '' for the object itself. */
  readonly subresource: string;
  /** What the object is, where the subresource speaks another kind than `kind`: Scale, Eviction, PodExecOptions … */
  readonly body?: Kind;
  readonly ref: ObjectRef;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** CreateOptions, UpdateOptions or DeleteOptions as the client sent them. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Adds to the audit event of the request. */
  readonly annotate?: (key: string, value: string) => void;
  readonly old?: KubeObject;
  readonly warn: (text: string) => void;
  /** Of the request; for plugins that ask somebody else. */
  readonly signal?: AbortSignal;
  readonly fieldManager?: string;
}

/** One step on the way in. Order is the order of the list it stands in. Refuses by throwing an ApiError (usually `Forbidden`). */
export interface AdmissionPlugin {
  readonly name: string;
  handles(request: AdmissionRequest): boolean;
  /** May change the object; runs before the kind's own rules. `object` is absent for DELETE and CONNECT. */
  mutate?(request: AdmissionRequest, object: Draft<KubeObject> | undefined): Promise<void> | void;
  /** Fills in what the server chooses (addresses, ports), between the kind's own rules and validation. */
  allocate?(request: AdmissionRequest, object: Draft<KubeObject>): Promise<void> | void;
  /** Sees the final object; runs after validation. */
  validate?(request: AdmissionRequest, object: KubeObject | undefined): Promise<void> | void;
  /** A write has ended: it is in the views, or was refused. Told of all writes, for what `handles` says may have changed. */
  settled?(request: AdmissionRequest): void;
}

/** One stored object, held once: its JSON as it goes over the wire (resourceVersion included) and a parsed form made when first asked for. */
export interface Entry<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  readonly revision: number;
  readonly json: Buffer;
  readonly object: T;
}

export interface EntryList<T extends KubeObject = KubeObject> {
  readonly entries: readonly Entry<T>[];
  readonly revision: number;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** The same frame object reaches all watchers of an event; encoders keep what they made of it beside it (a WeakMap on the entry). */
export interface WatchFrame<T extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  /** For BOOKMARK, an object with only metadata.resourceVersion and, after the initial events, the annotation `k8s.io/initial-events-end`. */
  readonly entry: Entry<T>;
}

export interface RequestContext {
  readonly user: UserInfo;
  readonly signal: AbortSignal;
  /** What `signal.throwIfAborted()` would do, without a signal being made for it. Absent: the signal lies ready. */
  throwIfAborted?(): void;
  readonly dryRun: boolean;
  readonly fieldManager: string;
  /** What to do with unknown and duplicate fields of patches; bodies are checked when they are decoded. */
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  /** Adds a Warning header (RFC 7234, code 299) to the answer. */
  readonly warn: (text: string) => void;
  /** What of its options the client sent: `fieldManager`, `fieldValidation` … Absent: the request comes from inside. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Adds to the audit event of the request. Absent: nobody keeps one. */
  readonly annotate?: (key: string, value: string) => void;
}

export interface ReadOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: string;
}

export interface RegistryWatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Absent or '' or '0': start with what there is, as ADDED. */
  readonly resourceVersion?: string;
  readonly sendInitialEvents?: boolean;
  readonly resourceVersionMatch?: string;
  readonly allowWatchBookmarks?: boolean;
  readonly timeoutSeconds?: number;
}

/** '' for the object itself. */
export interface WriteTarget extends ObjectRef {
  readonly subresource?: string;
}

/** A request for the admission chain that is no plain write of the registry. */
export interface BodyRequest<B extends KubeObject = KubeObject> {
  readonly operation: 'CREATE' | 'UPDATE' | 'CONNECT';
  readonly body: Kind<B>;
  /** Given away. */
  readonly object: B;
  readonly old?: B;
}

/** How a handler of a subresource writes. */
export interface ModifyOptions {
  /** The change keeps managedFields itself. */
  readonly ownsFields?: true;
  /** The handler has asked the admission chain itself, with what the client sent (`Registry.admit`). */
  readonly admitted?: true;
}

/**
 * Storage with the rules of the API: defaulting, admission, validation, strategy, managed fields, selectors, pages,
 * watch. Knows no HTTP and no authentication. All errors are ApiError.
 */
export interface Registry {
  readonly kinds: readonly Kind[];
  /** `resourceVersion`: the state must be at least as new. Errors: NotFound, Timeout after 3 s. */
  get<T extends KubeObject>(
    kind: Kind<T>,
    ref: ObjectRef,
    context: RequestContext,
    options?: { readonly resourceVersion?: string },
  ): Promise<Entry<T>>;
  list<T extends KubeObject>(kind: Kind<T>, options: ReadOptions, context: RequestContext): Promise<EntryList<T>>;
  /** Batches of frames until the context's signal aborts. A consumer that falls behind gets ApiError `Expired`. */
  watch<T extends KubeObject>(
    kind: Kind<T>,
    options: RegistryWatchOptions,
    context: RequestContext,
  ): AsyncIterable<readonly WatchFrame<T>[]>;
  /** `object` is decoded, not defaulted, and given away. The name may be empty when metadata.generateName is set. */
  create<T extends KubeObject>(
    kind: Kind<T>,
    target: WriteTarget,
    object: Draft<KubeObject>,
    context: RequestContext,
  ): Promise<Entry<T>>;
  update<T extends KubeObject>(
    kind: Kind<T>,
    target: WriteTarget,
    object: Draft<KubeObject>,
    context: RequestContext,
  ): Promise<Entry<T>>;
  /** Apply creates what does not exist. */
  patch<T extends KubeObject>(
    kind: Kind<T>,
    target: WriteTarget,
    patch: Patch,
    context: RequestContext,
  ): Promise<{ readonly entry: Entry<T>; readonly created: boolean }>;
  /**
   * The general read-modify-write that subresource handlers use (binding, eviction, scale): retries on conflict. `change`
   * may be asynchronous; what it returns is not looked at.
   */
  modify<T extends KubeObject>(
    kind: Kind<T>,
    target: WriteTarget,
    change: (draft: Draft<T>, old: T) => unknown,
    context: RequestContext,
    options?: ModifyOptions,
  ): Promise<Entry<T>>;
  /**
   * Asks the admission chain about a CONNECT, or about the body of a subresource that is of a kind of its own. Resolves to
   * the body as the chain made it.
   */
  admit<B extends KubeObject>(
    kind: Kind,
    target: WriteTarget,
    request: BodyRequest<B>,
    context: RequestContext,
  ): Promise<B>;
  /** `removed: false`: finalizers or a grace period keep it, now with deletionTimestamp. */
  delete<T extends KubeObject>(
    kind: Kind<T>,
    ref: ObjectRef,
    options: DeleteOptions,
    context: RequestContext,
    how?: Pick<ModifyOptions, 'admitted'>,
  ): Promise<{ readonly entry: Entry<T>; readonly removed: boolean }>;
  deleteCollection<T extends KubeObject>(
    kind: Kind<T>,
    options: ReadOptions & DeleteOptions,
    context: RequestContext,
  ): Promise<EntryList<T>>;
}
