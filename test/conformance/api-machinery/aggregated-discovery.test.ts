import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../harness/wait.ts';
import type { Loose } from '../harness/api.ts';
import { establish, randomDefinition } from '../harness/crds.ts';
import { startControlPlane } from '../harness/server.ts';

const { api } = await startControlPlane();

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
/** As client-go asks: the newest form, an older one, and plain documents. */
const clientAccept = `${aggregated},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`;

const expected = [
  ...['v1/namespaces', 'v1/pods', 'v1/services', 'v1/configmaps', 'v1/secrets', 'v1/replicationcontrollers'],
  ...['apps/v1/deployments', 'apps/v1/daemonsets', 'apps/v1/statefulsets', 'apps/v1/replicasets'],
  ...['batch/v1/jobs', 'batch/v1/cronjobs', 'autoscaling/v2/horizontalpodautoscalers'],
  ...['apiextensions.k8s.io/v1/customresourcedefinitions', 'apiregistration.k8s.io/v1/apiservices'],
  ...['admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', 'rbac.authorization.k8s.io/v1/clusterroles'],
  ...['networking.k8s.io/v1/ingresses', 'coordination.k8s.io/v1/leases', 'discovery.k8s.io/v1/endpointslices'],
  ...[
    'policy/v1/poddisruptionbudgets',
    'storage.k8s.io/v1/storageclasses',
    'certificates.k8s.io/v1/certificatesigningrequests',
  ],
];

/** `group/version/resource` of everything in the documents at both ends. */
async function resources(accept: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (const path of ['/api', '/apis']) {
    const { headers, json } = await api.raw('GET', path, { headers: { accept } });
    assert.match(
      `${headers['content-type']}`,
      /^application\/json;g=apidiscovery\.k8s\.io;v=v2;as=APIGroupDiscoveryList/,
    );
    assert.equal(json.kind, 'APIGroupDiscoveryList');
    assert.equal(json.apiVersion, 'apidiscovery.k8s.io/v2');
    for (const { metadata, versions } of json.items)
      for (const { version, resources: list } of versions)
        for (const { resource, responseKind, scope, verbs } of list) {
          assert.ok(responseKind?.kind && scope && verbs.length > 0, resource);
          found.add([metadata.name, version, resource].filter(Boolean).join('/'));
        }
  }
  return found;
}

async function checkDefinition(accept: string): Promise<void> {
  const definition = randomDefinition('discovery');
  await establish(api, definition);
  const { group, versions, names } = definition.spec;
  const wanted = `${group}/${versions[0].name}/${names.plural}`;
  await until(`${wanted} in the documents`, async () => (await resources(accept)).has(wanted), { everyMs: 20 });
}

function checkBuiltIn(found: ReadonlySet<string>): void {
  assert.deepEqual(
    expected.filter((name) => !found.has(name)),
    [],
  );
}

test('AggregatedDiscovery should support raw aggregated discovery endpoint Accept headers', async () => {
  checkBuiltIn(await resources(aggregated));
});

test('AggregatedDiscovery should support raw aggregated discovery request for CRDs', async () => {
  await checkDefinition(aggregated);
});

test('AggregatedDiscovery should support aggregated discovery interface', async () => {
  checkBuiltIn(await resources(clientAccept));
  // A client that knows nothing of it gets the plain documents.
  const plain: Loose = await api.get('/apis', { accept: 'application/json' });
  assert.equal(plain.kind, 'APIGroupList');
});

test('AggregatedDiscovery should support aggregated discovery interface for CRDs', async () => {
  await checkDefinition(clientAccept);
});
