/** Paths that are not of a kind: discovery, the version, the issuer's documents. */
import type { Kind } from '../../api/kind.ts';
import { groupWords, meta, type Operation, type PathItem, rootOf, tagOf } from './operations.ts';

function get(path: string, operation: Omit<Operation, 'method' | 'parameters' | 'codes'>): PathItem {
  return { path, parameters: [], operations: [{ ...operation, method: 'get', parameters: [], codes: ['200'] }] };
}

/** The first path of the document of a group version: its own list of resources. */
export function resourceListPath(kind: Pick<Kind, 'group' | 'version'>): PathItem {
  const words = groupWords(kind.group);
  return get(`${rootOf(kind)}/`, {
    operationId: `get${words}${kind.version.charAt(0).toUpperCase()}${kind.version.slice(1)}APIResources`,
    description: 'get available resources',
    tag: tagOf(kind.group, kind.version),
    answer: `${meta}.APIResourceList`,
    produces: 'resources',
  });
}

/** The document `apis/{group}`. */
export function groupPath(group: string): PathItem {
  return get(`/apis/${group}/`, {
    operationId: `get${groupWords(group)}APIGroup`,
    description: 'get information of a group',
    tag: tagOf(group),
    answer: `${meta}.APIGroup`,
    produces: 'discovery',
  });
}

/** The other documents, by the name they have in the index. */
export const fixedPaths: Readonly<Record<string, PathItem>> = {
  '.well-known/openid-configuration': get('/.well-known/openid-configuration/', {
    operationId: 'getServiceAccountIssuerOpenIDConfiguration',
    description: 'get the OpenID configuration of the service account issuer',
    tag: 'WellKnown',
    answer: undefined,
    produces: 'configuration',
  }),
  api: get('/api/', {
    operationId: 'getCoreAPIVersions',
    description: 'get available API versions',
    tag: 'core',
    answer: `${meta}.APIVersions`,
    produces: 'discovery',
  }),
  apis: get('/apis/', {
    operationId: 'getAPIVersions',
    description: 'get available API versions',
    tag: 'apis',
    answer: `${meta}.APIGroupList`,
    produces: 'discovery',
  }),
  'openid/v1/jwks': get('/openid/v1/jwks/', {
    operationId: 'getServiceAccountIssuerOpenIDKeyset',
    description: 'get the keys that service account tokens are signed with',
    tag: 'openid',
    answer: undefined,
    produces: 'jwks',
  }),
  version: get('/version/', {
    operationId: 'getCodeVersion',
    description: 'get the version information for this server',
    tag: 'version',
    answer: 'io.k8s.apimachinery.pkg.version.Info',
    produces: 'version',
  }),
};
