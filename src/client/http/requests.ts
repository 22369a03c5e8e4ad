import type { Kind } from '../../api/kind.ts';
import type { ObjectRef } from '../../api/object.ts';
import type { DeleteOptions, ListOptions, Patch, WriteOptions } from '../client.ts';

/** A request as a value: what differs from call to call. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

const json = 'application/json';
const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml', // JSON is YAML
} as const;

/** `/api/v1/namespaces/default/pods/web/status?…` */
export function pathOf(
  kind: Kind,
  target: Partial<ObjectRef> & { readonly subresource?: string | undefined },
  query: Query = {},
): string {
  const parts = kind.group ? ['apis', kind.group, kind.version] : ['api', kind.version];
  if (kind.scope === 'Namespaced' && target.namespace) parts.push('namespaces', target.namespace);
  parts.push(kind.plural);
  if (target.name) parts.push(target.name);
  if (target.subresource) parts.push(target.subresource);
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') search.set(name, `${value}`);
  const text = search.toString();
  return `/${parts.map(encodeURIComponent).join('/')}${text && `?${text}`}`;
}

export function listQuery(options: ListOptions): Query {
  const { labelSelector, fieldSelector, limit, continue: token } = options;
  return { labelSelector, fieldSelector, limit, continue: token };
}

function writeQuery({ dryRun, fieldManager }: WriteOptions, name: string): Query {
  return { dryRun: dryRun ? 'All' : undefined, fieldManager: fieldManager ?? name };
}

/** A POST of `object`, to the kind or to a subresource of one object. */
export function postRequest(
  kind: Kind,
  target: Partial<ObjectRef> & { readonly subresource?: string },
  { body, options, name }: { readonly body: object; readonly options: WriteOptions; readonly name: string },
): ApiRequest {
  const path = pathOf(kind, target, writeQuery(options, name));
  return { method: 'POST', path, body: JSON.stringify(body), contentType: json };
}

export function putRequest(
  kind: Kind,
  target: ObjectRef & { readonly subresource?: string | undefined },
  { body, options, name }: { readonly body: object; readonly options: WriteOptions; readonly name: string },
): ApiRequest {
  const path = pathOf(kind, target, writeQuery(options, name));
  return { method: 'PUT', path, body: JSON.stringify(body), contentType: json };
}

export function patchRequest(
  kind: Kind,
  target: ObjectRef & { readonly subresource?: string | undefined },
  { patch, options, name }: { readonly patch: Patch; readonly options: WriteOptions; readonly name: string },
): ApiRequest {
  const force = patch.type === 'apply' && patch.force ? true : undefined;
  const path = pathOf(kind, target, { ...writeQuery(options, name), force });
  const header = { apiVersion: kind.apiVersion, kind: kind.kind };
  const body =
    patch.type === 'json' ? patch.operations : patch.type === 'apply' ? { ...header, ...patch.body } : patch.body;
  return { method: 'PATCH', path, body: JSON.stringify(body), contentType: patchTypes[patch.type] };
}

export function deleteRequest(path: string, options: DeleteOptions): ApiRequest {
  const { gracePeriodSeconds, propagationPolicy, preconditions } = options;
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds, propagationPolicy, preconditions };
  return { method: 'DELETE', path, body: JSON.stringify(body), contentType: json };
}
