import type { Kind, Subresource } from '../../api/kind.ts';
import { ApiError } from '../../api/status.ts';
import type { ApiRequest, Handler } from '../http/api-request.ts';
import type { KindIndex } from './kind-index.ts';
import {
  createObject,
  deleteCollection,
  deleteObject,
  getObject,
  listObjects,
  type ObjectRoutes,
  patchObject,
  updateObject,
} from './objects.ts';
import { serveWatch, type WatchRoutes } from './watch.ts';

/** Answers one request for a subresource, or for a kind that is not stored. */
export type ResourceHandler = (request: ApiRequest, kind: Kind) => Promise<void> | void;

export interface RouterOptions extends ObjectRoutes, WatchRoutes {
  readonly kinds: KindIndex;
  /** By `group/plural/subresource`; '' is the core group. Those not named are read and written through the registry. */
  readonly subresources: ReadonlyMap<string, ResourceHandler>;
  /** Kinds that are answered by a function, by `group/plural`. */
  readonly reviews: ReadonlyMap<string, ResourceHandler>;
  /** Everything that is not a resource. */
  readonly paths: Handler;
}

export function resourceNotFound(): ApiError {
  return new ApiError('NotFound', 'the server could not find the requested resource', {});
}

function methodNotAllowed(): ApiError {
  return new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** From a request to its handler. */
export function createRouter(options: RouterOptions): Handler {
  return (request) => {
    const { info } = request;
    if (!info.isResource) return options.paths(request);
    const kind = options.kinds.find(info.group, info.version, info.resource);
    if (!kind) throw resourceNotFound();
    if (kind.deprecation) request.warn(kind.deprecation);
    if (info.subresource !== '') return routeSubresource(options, request, kind);
    if (info.rest !== undefined) throw resourceNotFound();
    if (kind.review) return routeReview(options, request, kind);
    return routeObject(options, request, kind);
  };
}

function routeObject(options: RouterOptions, request: ApiRequest, kind: Kind): Promise<void> {
  const { info } = request;
  const { verb } = info;
  if (!kind.verbs.some((allowed) => allowed === verb)) throw methodNotAllowed();
  checkScope(request, kind);
  switch (verb) {
    case 'get':
      return getObject(options, request, kind);
    case 'list':
      return listObjects(options, request, kind);
    case 'watch':
      return serveWatch(options, request, kind);
    case 'create':
      if (info.name !== '' && kind.plural !== 'namespaces') throw methodNotAllowed();
      return createObject(options, request, kind);
    case 'update':
      if (info.name === '') throw methodNotAllowed();
      return updateObject(options, request, kind);
    case 'patch':
      if (info.name === '') throw methodNotAllowed();
      return patchObject(options, request, kind);
    case 'delete':
      return deleteObject(options, request, kind);
    case 'deletecollection':
      return deleteCollection(options, request, kind);
    default:
      throw methodNotAllowed();
  }
}

/** Namespaced objects need a namespace in the path (only lists may do without); cluster-scoped ones must have none. */
function checkScope({ info }: ApiRequest, kind: Kind): void {
  if (kind.scope === 'Cluster') {
    if (info.namespace !== '' && kind.plural !== 'namespaces') throw resourceNotFound();
    return;
  }
  if (info.namespace !== '') return;
  if (info.verb === 'list' || info.verb === 'watch') return;
  throw info.verb === 'get' ? resourceNotFound() : methodNotAllowed();
}

function routeReview(options: RouterOptions, request: ApiRequest, kind: Kind): Promise<void> | void {
  const handler = options.reviews.get(`${kind.group}/${kind.plural}`);
  if (!handler) throw resourceNotFound();
  if (!kind.verbs.some((allowed) => allowed === request.info.verb)) throw methodNotAllowed();
  if (kind.scope === 'Namespaced' && request.info.namespace === '' && request.info.verb === 'create')
    throw methodNotAllowed();
  return handler(request, kind);
}

function routeSubresource(options: RouterOptions, request: ApiRequest, kind: Kind): Promise<void> | void {
  const { info } = request;
  const subresource = Object.hasOwn(kind.subresources, info.subresource) && kind.subresources[info.subresource];
  if (!subresource || info.name === '') throw resourceNotFound();
  if (kind.scope === 'Namespaced' && info.namespace === '') throw resourceNotFound();
  if (!allows(subresource, info.verb)) throw methodNotAllowed();
  const handler = options.subresources.get(`${kind.group}/${kind.plural}/${info.subresource}`);
  if (handler) return handler(request, kind);
  if (subresource.scale) {
    const scale = options.subresources.get('*/scale');
    if (scale) return scale(request, kind);
  }
  if (info.rest !== undefined) throw resourceNotFound();
  switch (info.verb) {
    case 'get':
      return getObject(options, request, kind);
    case 'update':
      return updateObject(options, request, kind);
    case 'patch':
      return patchObject(options, request, kind);
    default:
      throw methodNotAllowed();
  }
}

function allows(subresource: Subresource, verb: string): boolean {
  return subresource.verbs.some((allowed) => allowed === verb || allowed === 'connect');
}
