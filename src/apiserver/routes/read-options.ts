import { numberFault } from '../../api/schema/go-text.ts';
import { badRequest } from '../../api/status.ts';
import type { ReadOptions, RegistryWatchOptions } from '../contract.ts';
import type { ApiRequest } from '../http/api-request.ts';
import type { Query } from '../http/query.ts';
import { invalidOptions } from '../http/write-context.ts';

/** Watches without `timeoutSeconds` end after 30 to 60 minutes, so that they spread over servers, as upstream does. */
const leastWatchSeconds = 1800;

function wholeNumber(query: Query, name: string): number | undefined {
  const text = query.get(name);
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!/^[-+]?\d+$/.test(text) || !Number.isSafeInteger(value)) throw badRequest(numberFault('ParseInt', text));
  return value;
}

/** As upstream's conversion: present and neither `false` nor `0` is true. */
export function flag(query: Query, name: string): boolean | undefined {
  const text = query.get(name);
  return text === undefined ? undefined : text !== 'false' && text !== '0';
}

/** Where a list or watch looks, by path and query. Throws ApiError `BadRequest`. */
export function readOptions(request: ApiRequest): ReadOptions {
  const { query, info } = request;
  const namespace = info.namespace && info.resource !== 'namespaces' ? { namespace: info.namespace } : undefined;
  if (query.size === 0) return namespace ?? {};
  const limit = wholeNumber(query, 'limit');
  if (info.verb !== 'watch' && query.has('sendInitialEvents'))
    throw invalidOptions('ListOptions', [
      {
        type: 'FieldValueForbidden',
        field: 'sendInitialEvents',
        message: 'Forbidden: sendInitialEvents is forbidden for list',
      },
    ]);
  return {
    ...namespace,
    ...text(query, 'labelSelector'),
    ...fieldSelector(request),
    ...(limit !== undefined && limit > 0 && { limit }),
    ...text(query, 'continue'),
    ...text(query, 'resourceVersion'),
    ...text(query, 'resourceVersionMatch'),
  };
}

/** Throws ApiError `BadRequest` or `Invalid`. */
export function watchOptions(request: ApiRequest): RegistryWatchOptions {
  const { query } = request;
  const { limit: _limit, continue: _continue, ...selected } = readOptions(request);
  const sendInitialEvents = flag(query, 'sendInitialEvents');
  const asked = wholeNumber(query, 'timeoutSeconds') ?? 0;
  return {
    ...selected,
    ...(sendInitialEvents !== undefined && { sendInitialEvents }),
    allowWatchBookmarks: flag(query, 'allowWatchBookmarks') ?? false,
    timeoutSeconds: asked > 0 ? asked : Math.round(leastWatchSeconds * (1 + Math.random())),
  };
}

function text<Name extends keyof ReadOptions>(query: Query, name: Name): { readonly [key in Name]?: string } {
  const value = query.get(name);
  return (value ? { [name]: value } : {}) as { readonly [key in Name]?: string };
}

/** The legacy `/watch/.../name` names one object; it becomes a field selector. */
function fieldSelector(request: ApiRequest): { readonly fieldSelector?: string } {
  const given = request.query.get('fieldSelector');
  if (given) return { fieldSelector: given };
  return request.info.verb === 'watch' && request.info.name
    ? { fieldSelector: `metadata.name=${request.info.name}` }
    : {};
}
