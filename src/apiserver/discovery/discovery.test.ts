import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { builtInKinds } from '../../api/kinds.ts';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer } from '../api-server.test-helper.ts';
import { aggregated, apiGroup, groupList, resourceList } from './documents.ts';
import { groupsOf } from './resources.ts';

/** The published discovery documents of Kubernetes 1.36, kept beside the repository, not in it. */
const golden = new URL('../../../../shared/reference/kubernetes-1.36/discovery/', import.meta.url);
const catalog = { kinds: builtInKinds, remotes: [] };
const skip = existsSync(golden) ? false : 'the reference data is not on this machine';

function goldenFile(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(name, golden), 'utf8'));
}

/** Without the keys' order and without undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

interface ResourceList {
  readonly resources: { readonly name: string; storageVersionHash?: string }[];
}

/** Upstream 1.36 still stores these in a beta version; we store v1 and say so in the hash. */
const storedAsBeta = new Set([
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'customresourcedefinitions',
]);

const served = groupsOf(builtInKinds).flatMap(({ name, versions }) =>
  versions.map((version) => (name === '' ? version : `${name}/${version}`)),
);

for (const groupVersion of served) {
  test(`the resources of ${groupVersion} are upstream's`, { skip }, () => {
    const file = groupVersion === 'v1' ? 'api__v1.json' : `apis__${groupVersion.replace('/', '__')}.json`;
    const ours = plain(resourceList(builtInKinds, groupVersion)) as ResourceList;
    const theirs = goldenFile(file) as unknown as ResourceList;
    for (const list of [ours, theirs])
      for (const resource of list.resources) if (storedAsBeta.has(resource.name)) delete resource.storageVersionHash;
    assert.deepEqual(ours, theirs);
  });
}

test('groups come in the order of upstream, with the preferred version first', { skip }, () => {
  const names = (document: Record<string, unknown>) =>
    (document.groups as { name: string; preferredVersion: { version: string } }[]).map(
      ({ name, preferredVersion }) => `${name}/${preferredVersion.version}`,
    );
  const ours = names(groupList(catalog));
  const theirs = names(goldenFile('apis.json')).filter((name) => ours.includes(name));
  assert.deepEqual(ours, theirs);
});

test('a group document is as upstream writes it', { skip }, () => {
  for (const name of ['apps', 'autoscaling'])
    assert.deepEqual(plain(apiGroup(catalog, name)), goldenFile(`apis__${name}.json`));
  assert.equal(apiGroup(catalog, 'no.such.group'), undefined);
});

test('the aggregated form is upstream’s for the versions we serve', { skip }, () => {
  type Aggregated = { items: { metadata: { name: string }; versions: { version: string }[] }[] };
  const ours = plain(aggregated(catalog, 'named')) as Aggregated;
  const theirs = goldenFile('aggregated_v2.json') as unknown as Aggregated;
  const kept = theirs.items
    .map((item) => ({
      ...item,
      versions: item.versions.filter(({ version }) => served.includes(`${item.metadata.name}/${version}`)),
    }))
    .filter(({ versions }) => versions.length > 0);
  assert.deepEqual(ours.items, kept);
});

test('what is no version is not found, whatever was asked before', async () => {
  const server = await startTestServer();
  const client = new TestClient(server, server.admin);
  try {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    for (const path of ['/api', '/apis']) for (const headers of [{}, { accept }]) await client.get(path, headers);
    for (const name of ['core', 'named', 'versions', 'groups', 'apps'])
      assert.equal((await client.get(`/api/${name}`)).status, 404, name);
  } finally {
    client.close();
    await server.close();
  }
});
