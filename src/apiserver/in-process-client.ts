import type { Kind } from '../api/kind.ts';
import { type Draft, type KubeObject, keyOf, type ObjectRef } from '../api/object.ts';
import { ApiError, forbidden } from '../api/status.ts';
import type {
  CallOptions,
  Client,
  DeleteOptions,
  KubeObjectLike,
  ListOptions,
  ListResult,
  NewObject,
  Patch,
  View,
  ViewOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../client/client.ts';
import type { Authorizer, RequestContext, UserInfo } from './contract.ts';
import { CacheView } from './registry/cache-view.ts';
import { copyJson } from './registry/json.ts';
import type { CachedRegistry } from './registry/registry.ts';

/** Answers POSTs to subresources that are not the object itself (binding, eviction, token). */
export type SubresourceHandler = (
  kind: Kind,
  target: ObjectRef & { readonly subresource: string },
  body: KubeObjectLike,
  context: RequestContext,
) => Promise<unknown>;

export interface InProcessClientOptions {
  readonly registry: CachedRegistry;
  readonly user: UserInfo;
  /** Asked before every call. Absent: everything is allowed. */
  readonly authorizer?: Authorizer;
  /** Field manager of writes that name none. Default: the user's name. */
  readonly name?: string;
  readonly createSubresource?: SubresourceHandler;
  /** Hands out this client's views instead of own ones: controllers share those of the manager, as upstream's share its informers. */
  readonly views?: Client;
  /** Receives the warnings that the API gives. Default: dropped, as a program cannot act on them. */
  readonly warn?: (text: string) => void;
}

/** A client that calls the registry directly: no serialization, no sockets, and views on the shared cache. */
export function createInProcessClient(options: InProcessClientOptions): Client {
  return new InProcessClient(options);
}

const never = new AbortController().signal;

class InProcessClient implements Client {
  readonly #options: InProcessClientOptions;
  readonly #views = new Map<string, { readonly isStale: boolean }>();
  /** The views of all objects of a kind, which are asked for most. */
  readonly #wholeViews = new WeakMap<Kind, { readonly isStale: boolean }>();

  constructor(options: InProcessClientOptions) {
    this.#options = options;
  }

  async get<T extends KubeObject>(kind: Kind<T>, ref: ObjectRef, options: CallOptions = {}): Promise<T> {
    await this.#authorize('get', kind, ref);
    return (await this.#options.registry.get(kind, ref, this.#context(options))).object;
  }

  async list<T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}): Promise<ListResult<T>> {
    await this.#authorize('list', kind, options);
    const list = await this.#options.registry.list(kind, options, this.#context(options));
    return {
      items: list.entries.map(({ object }) => object),
      resourceVersion: String(list.revision),
      ...(list.continue && { continue: list.continue }),
    };
  }

  async *watch<T extends KubeObject>(kind: Kind<T>, options: WatchOptions): AsyncGenerator<WatchEvent<T>> {
    await this.#authorize('watch', kind, options);
    const frames = this.#options.registry.watch(
      kind,
      { ...options, allowWatchBookmarks: true },
      this.#context(options),
    );
    for await (const batch of frames) for (const { type, entry } of batch) yield { type, object: entry.object };
  }

  async create<T extends KubeObject>(kind: Kind<T>, object: NewObject<T>, options: WriteOptions = {}): Promise<T> {
    const draft = copyJson(object) as unknown as Draft<KubeObject>;
    const { namespace, name = '' } = draft.metadata ?? {};
    const target = { ...(namespace && { namespace }), name };
    await this.#authorize('create', kind, target);
    return (await this.#options.registry.create(kind, target, draft, this.#context(options))).object;
  }

  async update<T extends KubeObject>(
    kind: Kind<T>,
    object: T,
    options: WriteOptions & { readonly subresource?: string } = {},
  ): Promise<T> {
    const { namespace, name = '' } = object.metadata;
    const { subresource } = options;
    const target = { ...(namespace && { namespace }), name, ...(subresource && { subresource }) };
    await this.#authorize('update', kind, target);
    const draft = copyJson(object) as unknown as Draft<KubeObject>;
    return (await this.#options.registry.update(kind, target, draft, this.#context(options))).object;
  }

  async patch<T extends KubeObject>(
    kind: Kind<T>,
    ref: ObjectRef,
    patch: Patch,
    options: WriteOptions & { readonly subresource?: string } = {},
  ): Promise<T> {
    const { subresource } = options;
    const target = { ...ref, ...(subresource && { subresource }) };
    await this.#authorize('patch', kind, target);
    return (await this.#options.registry.patch(kind, target, patch, this.#context(options))).entry.object;
  }

  async delete(kind: Kind, ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    await this.#authorize('delete', kind, ref);
    await this.#options.registry.delete(kind, ref, options, this.#context(options));
  }

  async deleteCollection(kind: Kind, options: ListOptions & DeleteOptions): Promise<void> {
    await this.#authorize('deletecollection', kind, options);
    await this.#options.registry.deleteCollection(kind, options, this.#context(options));
  }

  async createSubresource(
    kind: Kind,
    ref: ObjectRef,
    subresource: string,
    body: KubeObjectLike,
    options: CallOptions = {},
  ): Promise<unknown> {
    await this.#authorize('create', kind, { ...ref, subresource });
    const handle = this.#options.createSubresource;
    if (!handle) throw new ApiError('MethodNotAllowed', `the server does not handle ${kind.plural}/${subresource}`);
    return handle(kind, { ...ref, subresource }, copyJson(body), this.#context(options));
  }

  view<T extends KubeObject>(kind: Kind<T>, options: ViewOptions = {}): View<T> {
    if (this.#options.views) return this.#options.views.view(kind, options);
    const whole = this.#wholeViews.get(kind);
    if (whole && !whole.isStale && !options.namespace && !options.fieldSelector && !options.labelSelector)
      return whole as CacheView<T>;
    const { namespace = '', fieldSelector = '', labelSelector = '' } = options;
    const id = JSON.stringify([kind.group, kind.version, kind.plural, namespace, fieldSelector, labelSelector]);
    let view = this.#views.get(id);
    if (!view || view.isStale) {
      const allowed = this.#authorize('list', kind, options);
      view = new CacheView(this.#options.registry.cache, kind, { ...options, allowed });
      this.#views.set(id, view);
    }
    if (!namespace && !fieldSelector && !labelSelector) this.#wholeViews.set(kind, view);
    return view as CacheView<T>;
  }

  #context(options: WriteOptions): RequestContext {
    const { user, name, warn } = this.#options;
    return {
      user,
      signal: options.signal ?? never,
      dryRun: options.dryRun ?? false,
      fieldManager: options.fieldManager ?? name ?? user.name,
      fieldValidation: 'Ignore',
      warn: warn ?? (() => undefined),
    };
  }

  async #authorize(
    verb: string,
    kind: Kind,
    target: Partial<ObjectRef> & { readonly subresource?: string } & Partial<ListOptions>,
  ): Promise<void> {
    const { authorizer, user } = this.#options;
    if (!authorizer) return;
    const { group, version, plural } = kind;
    const { namespace = '', name = '', subresource = '', fieldSelector, labelSelector } = target;
    const selectors = { ...(fieldSelector && { fieldSelector }), ...(labelSelector && { labelSelector }) };
    const resource = { group, version, plural, subresource, namespace, name, ...selectors };
    const { decision, reason } = await authorizer.authorize({ user, verb, resource });
    if (decision === 'allow') return;
    const what = `"${subresource ? `${plural}/${subresource}` : plural}" in API group "${group}"`;
    const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
    const why = `User "${user.name}" cannot ${verb} resource ${what} ${where}${reason && `: ${reason}`}`;
    throw forbidden(kind, name || keyOf({ metadata: {} }), why);
  }
}
