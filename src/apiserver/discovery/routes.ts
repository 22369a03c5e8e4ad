import type { Kind } from '../../api/kind.ts';
import type { ApiRequest, Handler } from '../http/api-request.ts';
import { type CachedDocument, documentOf, sendDocument } from '../http/documents.ts';
import { sendText } from '../http/respond.ts';
import type { PathRoute } from '../routes/paths.ts';
import { type Catalog, groupsIn, type RemoteVersion } from './catalog.ts';
import { aggregated, apiGroup, coreVersions, groupList, resourceList } from './documents.ts';

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const none: readonly RemoteVersion[] = [];

export interface Discovery {
  readonly routes: readonly PathRoute[];
  /** The paths that `/` lists. */
  paths(): readonly string[];
}

/** `/api…` and `/apis…` below the level of resources. Documents are made once for each list of kinds and remote versions. */
export function createDiscovery(
  kinds: () => readonly Kind[],
  serverAddress: () => string,
  remotes: () => readonly RemoteVersion[] = () => none,
): Discovery {
  let current: Catalog = { kinds: [], remotes: none };
  let made = new Map<string, CachedDocument | undefined>();
  const catalog = (): Catalog => {
    const now = { kinds: kinds(), remotes: remotes() };
    if (now.kinds !== current.kinds || now.remotes !== current.remotes) {
      current = now;
      made = new Map();
    }
    return current;
  };
  const cached = (key: string, make: (catalog: Catalog) => CachedDocument | undefined) => {
    const now = catalog();
    const known = made.get(key);
    if (known) return known;
    const document = make(now);
    // Only what exists is remembered: unknown paths must not fill the map.
    if (document) made.set(key, document);
    return document;
  };
  const send = (request: ApiRequest, document: CachedDocument | undefined) =>
    document ? sendDocument(request, document) : sendText(request, 404, '404 page not found\n');
  const api: Handler = (request) => {
    const rest = request.info.path.slice('/api'.length).replaceAll(/^\/|\/$/g, '');
    if (rest !== '')
      return send(
        request,
        cached(`resources ${rest}`, (all) => wrap(resourceList(all.kinds, rest))),
      );
    if (wantsAggregated(request))
      return send(
        request,
        cached('core', (all) => documentOf(aggregated(all, 'core'), aggregatedType)),
      );
    return send(
      request,
      cached('versions', () => documentOf(coreVersions(serverAddress()))),
    );
  };
  const apis: Handler = (request) => {
    const rest = request.info.path.slice('/apis'.length).replaceAll(/^\/|\/$/g, '');
    if (rest.includes('/'))
      return send(
        request,
        cached(`resources ${rest}`, (all) => wrap(resourceList(all.kinds, rest))),
      );
    if (rest !== '')
      return send(
        request,
        cached(`group ${rest}`, (all) => wrap(apiGroup(all, rest))),
      );
    if (wantsAggregated(request))
      return send(
        request,
        cached('named', (all) => documentOf(aggregated(all, 'named'), aggregatedType)),
      );
    return send(
      request,
      cached('groups', (all) => documentOf(groupList(all))),
    );
  };
  return {
    routes: [
      { path: '/api/*', handler: api },
      { path: '/apis/*', handler: apis },
    ],
    paths: () => groupsIn(catalog()).flatMap(groupPaths),
  };
}

function groupPaths({ name, versions }: { readonly name: string; readonly versions: readonly string[] }): string[] {
  if (name === '') return versions.map((version) => `/api/${version}`);
  return [`/apis/${name}`, ...versions.map((version) => `/apis/${name}/${version}`)];
}

function wrap(value: Record<string, unknown> | undefined): CachedDocument | undefined {
  return value && documentOf(value);
}

/** Whether the aggregated form comes before the plain one in what the client accepts. */
function wantsAggregated(request: ApiRequest): boolean {
  const accept = request.exchange.headers.accept;
  if (!accept?.includes('APIGroupDiscoveryList')) return false;
  for (const clause of accept.split(',')) {
    const parts = new Set(clause.split(';').map((part) => part.trim()));
    if (parts.has('as=APIGroupDiscoveryList')) {
      if (parts.has('application/json') && parts.has('g=apidiscovery.k8s.io') && parts.has('v=v2')) return true;
    } else if (parts.has('application/json')) return false;
  }
  return false;
}
