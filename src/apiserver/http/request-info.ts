import { badRequest } from '../../api/status.ts';
import type { Query } from './query.ts';

/** What a request asks for, by the rules of upstream's `RequestInfoFactory`. */
export interface RequestInfo {
  readonly isResource: boolean;
  /** Percent-decoded. */
  readonly path: string;
  /** For resources get, list, watch, create, update, patch, delete, deletecollection; else the HTTP method in lower case. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  /** The plural. */
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** What follows the subresource, for proxies: `a/b`; undefined when there is not even a slash. */
  readonly rest: string | undefined;
}

const namespaceSubresources = new Set(['status', 'finalize']);

function verbOf(method: string): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'GET':
    case 'HEAD':
      return 'get';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return 'delete';
    default:
      return '';
  }
}

function decodePath(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch (error) {
    throw badRequest(`the path cannot be decoded: ${JSON.stringify(path)}: ${String(error)}`);
  }
}

/** The name in a field selector `metadata.name=x`, so that rules for single names hold for lists of one. Names need no escapes. */
function nameInSelector(selector: string): string {
  if (!selector.includes('metadata.name=') || selector.includes('\\')) return '';
  for (const term of selector.split(',')) {
    const [, name] = /^metadata\.name==?([^=!]*)$/.exec(term) ?? [];
    if (name !== undefined) return isPathSegment(name) ? name : '';
  }
  return '';
}

function isPathSegment(name: string): boolean {
  return name !== '.' && name !== '..' && !/[/%]/.test(name);
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== 'false' && value !== '0';
}

function nonResource(method: string, path: string): RequestInfo {
  return {
    isResource: false,
    path,
    verb: method.toLowerCase(),
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    rest: undefined,
  };
}

/** Reads method, path and query. Throws ApiError `BadRequest` for a path that is not valid percent-encoding. */
export function requestInfo(method: string, rawPath: string, query: Query): RequestInfo {
  const path = decodePath(rawPath);
  const parts = path.split('/');
  // parts[0] is '' before the first slash; a trailing slash leaves a last ''.
  let at = 1;
  const end = parts.length > 2 && parts.at(-1) === '' ? parts.length - 1 : parts.length;
  const prefix = parts[at++];
  let group = '';
  if (prefix === 'apis') {
    if (end < 5) return nonResource(method, path);
    group = parts[at++] ?? '';
  } else if (prefix !== 'api' || end < 4) {
    return nonResource(method, path);
  }
  const version = parts[at++] ?? '';
  let verb = verbOf(method);
  if (parts[at] === 'watch') {
    // The legacy form `/api/v1/watch/...`.
    if (at + 1 >= end) return nonResource(method, path);
    verb = 'watch';
    at++;
  }
  let namespace = '';
  if (parts[at] === 'namespaces' && at + 1 < end) {
    namespace = parts[at + 1] ?? '';
    if (at + 2 < end && !namespaceSubresources.has(parts[at + 2] ?? '')) at += 2;
    else if (group !== '' || version !== 'v1') return nonResource(method, path);
  }
  const resource = parts[at++] ?? '';
  let name = at < end ? (parts[at++] ?? '') : '';
  const subresource = at < end ? (parts[at++] ?? '') : '';
  const rest = at < parts.length ? parts.slice(at).join('/') : undefined;
  if (resource === 'namespaces' && group === '') namespace = name;
  if (name === '' && subresource === '') {
    if (verb === 'get') verb = isTrue(query.get('watch')) ? 'watch' : 'list';
    else if (verb === 'delete') verb = 'deletecollection';
  }
  if (name === '' && (verb === 'list' || verb === 'watch')) {
    const selector = query.get('fieldSelector');
    if (selector) name = nameInSelector(selector);
  }
  return { isResource: true, path, verb, group, version, namespace, resource, subresource, name, rest };
}
