import type { Kind } from '../../api/kind.ts';
import { type Catalog, groupsIn, remoteVersion } from './catalog.ts';
import { type ApiGroup, type ApiResource, resourcesIn } from './resources.ts';

function groupDocument({ name, versions }: ApiGroup): Record<string, unknown> {
  const all = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: all, preferredVersion: all[0] };
}

/** `/api`. `serverAddress` is where clients reach this server: `host:port`. */
export function coreVersions(serverAddress: string): Record<string, unknown> {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

/** `/apis`. */
export function groupList(catalog: Catalog): Record<string, unknown> {
  const groups = groupsIn(catalog).filter(({ name }) => name !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupDocument) };
}

/** `/apis/{group}`; undefined: no such group. */
export function apiGroup(catalog: Catalog, name: string): Record<string, unknown> | undefined {
  const group = groupsIn(catalog).find((candidate) => candidate.name === name);
  return group && { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(group) };
}

/** `/api/v1` and `/apis/{group}/{version}`; undefined: nothing is served there. */
export function resourceList(kinds: readonly Kind[], groupVersion: string): Record<string, unknown> | undefined {
  const resources = resourcesIn(kinds, groupVersion);
  if (resources.length === 0) return undefined;
  // As upstream: absent in the core group's list.
  const apiVersion = groupVersion.includes('/') ? { apiVersion: 'v1' } : {};
  return { kind: 'APIResourceList', ...apiVersion, groupVersion, resources };
}

/** `APIGroupDiscoveryList`: everything that discovery says, in one answer. */
export function aggregated(catalog: Catalog, which: 'core' | 'named'): Record<string, unknown> {
  const groups = groupsIn(catalog).filter(({ name }) => (which === 'core') === (name === ''));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => aggregatedGroup(catalog, group)),
  };
}

function aggregatedGroup(catalog: Catalog, { name, versions }: ApiGroup): Record<string, unknown> {
  return {
    metadata: name === '' ? {} : { name },
    versions: versions.map((version) => {
      const remote = remoteVersion(catalog, name, version);
      const rows = remote ? remote.resources : resourcesIn(catalog.kinds, name === '' ? version : `${name}/${version}`);
      const freshness = remote && !remote.isFresh ? 'Stale' : 'Current';
      return { version, ...(rows && { resources: aggregatedResources(rows) }), freshness };
    }),
  };
}

function aggregatedResources(rows: readonly ApiResource[]): readonly Record<string, unknown>[] {
  return rows
    .filter(({ name }) => !name.includes('/'))
    .map((row) => {
      const below = rows.filter(({ name }) => name.startsWith(`${row.name}/`));
      return {
        resource: row.name,
        responseKind: responseKind(row),
        scope: row.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: row.singularName,
        verbs: row.verbs,
        ...(row.shortNames && { shortNames: row.shortNames }),
        ...(row.categories && { categories: row.categories }),
        ...(below.length > 0 && {
          subresources: below.map((subresource) => ({
            subresource: subresource.name.slice(row.name.length + 1),
            responseKind: responseKind(subresource),
            verbs: subresource.verbs,
          })),
        }),
      };
    });
}

/** As upstream: group and version are empty where they are the list's own. */
function responseKind({ group = '', version = '', kind }: ApiResource): Record<string, string> {
  return { group, version, kind };
}
