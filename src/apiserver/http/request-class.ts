import type { RequestInfo } from './request-info.ts';

/** Requests that are counted and judged alike: one verb on one resource, and on one object, one namespace or all. */
export interface RequestClass {
  readonly verb: string;
  readonly isResource: boolean;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly scope: 'resource' | 'namespace' | 'cluster' | '';
  /** In a namespace (or a namespace itself). */
  readonly namespaced: boolean;
  /** Of paths that are no resources: one of the well-known; '' for any other. */
  readonly path: string;
  /** Nothing that is remembered by this class is wrong for another of its requests. */
  readonly isExact: boolean;
}

/** The paths of upstream's index that are asked for all the time; all others are one class. */
const knownPaths: ReadonlySet<string> = new Set([
  ...['/healthz', '/livez', '/readyz', '/metrics', '/metrics/slis', '/version', '/openapi/v2', '/openapi/v3'],
  ...['/api', '/apis', '/api/v1'],
]);

/** What a hostile client could make up is one class, once this many are known. */
const mostClasses = 4000;

/** Finds the class of a request; the same object for all of a class. */
export class RequestClasses {
  readonly #byKey = new Map<string, RequestClass>();
  readonly #isServed: (info: RequestInfo) => boolean;
  readonly #other: RequestClass = otherClass('', false);
  readonly #otherPaths = new Map<string, RequestClass>();

  /** `isServed`: whether the API has such a resource; others share one class. */
  constructor(isServed: (info: RequestInfo) => boolean) {
    this.#isServed = isServed;
  }

  of(info: RequestInfo): RequestClass {
    const key = keyOf(info);
    return this.#byKey.get(key) ?? this.#make(info, key);
  }

  #make(info: RequestInfo, key: string): RequestClass {
    if (info.isResource ? !this.#isServed(info) : !knownPaths.has(info.path)) return this.#unknown(info);
    if (this.#byKey.size >= mostClasses) return this.#other;
    const made: RequestClass = {
      verb: info.verb,
      isResource: info.isResource,
      group: info.group,
      version: info.version,
      resource: info.resource,
      subresource: info.subresource,
      scope: scopeOf(info),
      namespaced: info.namespace !== '',
      path: info.isResource ? '' : info.path,
      isExact: true,
    };
    this.#byKey.set(key, made);
    return made;
  }

  #unknown({ isResource, verb }: RequestInfo): RequestClass {
    if (isResource) return this.#other;
    const known = this.#otherPaths.get(verb);
    if (known) return known;
    const made = otherClass(methods.has(verb) ? verb : '', false);
    if (methods.has(verb)) this.#otherPaths.set(verb, made);
    return made;
  }
}

const methods: ReadonlySet<string> = new Set(['get', 'head', 'post', 'put', 'patch', 'delete', 'options']);

function otherClass(verb: string, isExact: boolean): RequestClass {
  const nothing = { group: '', version: '', resource: '', subresource: '', scope: '', path: '' } as const;
  return { verb, isResource: false, ...nothing, namespaced: false, isExact };
}

function keyOf(info: RequestInfo): string {
  if (!info.isResource) return `${info.verb} ${info.path}`;
  const { verb, group, version, resource, subresource } = info;
  const where = info.name !== '' ? (info.namespace !== '' ? 'n' : 'c') : info.namespace !== '' ? 'N' : 'C';
  return `${verb}${where}${group}/${version}/${resource}/${subresource}`;
}

/** Upstream's CleanScope. */
function scopeOf(info: RequestInfo): RequestClass['scope'] {
  if (!info.isResource) return '';
  if (info.name !== '' || info.verb === 'create') return 'resource';
  return info.namespace !== '' ? 'namespace' : 'cluster';
}
