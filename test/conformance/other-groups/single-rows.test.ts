import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../harness/wait.ts';
import type { Loose } from '../harness/api.ts';
import { deployment, image } from '../harness/objects.ts';
import { startControlPlane, untilGone, untilIs } from '../harness/server.ts';

/** Rows of other special interest groups that are about the API and its controllers alone. */
const { api, namespace } = await startControlPlane({ nodes: ['n1'] });

async function checkScale(plural: string, spec: Loose): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${await namespace('scale')}/${plural}`;
  await api.create(path, { metadata: { name: 'test' }, spec: { ...spec, replicas: 1 } });
  await untilIs(api, `${path}/test`, ({ status }) => status.replicas === 1);
  const scale = await api.get(`${path}/test/scale`);
  assert.equal(scale.kind, 'Scale');
  assert.equal(scale.apiVersion, 'autoscaling/v1');
  assert.equal(scale.spec.replicas, 1);
  assert.equal(scale.status.replicas, 1);
  assert.equal(scale.status.selector, 'app=test');
  const scaled = await api.update(`${path}/test/scale`, {
    ...scale,
    metadata: { ...scale.metadata, resourceVersion: undefined },
    spec: { replicas: 2 },
  });
  assert.equal(scaled.spec.replicas, 2);
  assert.equal((await api.get(`${path}/test`)).spec.replicas, 2);
  const patched = await api.patch(`${path}/test/scale`, { spec: { replicas: 4 } });
  assert.equal(patched.spec.replicas, 4);
  assert.equal((await api.get(`${path}/test`)).spec.replicas, 4);
}
const { selector, template } = deployment('', 1).spec;

test('Deployment Deployment should have a working scale subresource', () =>
  checkScale('deployments', { selector, template }));
test('ReplicaSet Replicaset should have a working scale subresource', () =>
  checkScale('replicasets', { selector, template }));
test('StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should have a working scale subresource', () =>
  checkScale('statefulsets', { selector, template, serviceName: 'test' }));

test('API Server should have Endpoints and EndpointSlices pointing to API Server', async () => {
  const base = '/api/v1/namespaces/default';
  const service = await api.get(`${base}/services/kubernetes`);
  assert.equal(service.spec.ports[0].port, 443);
  const { subsets } = await untilIs(api, `${base}/endpoints/kubernetes`, (found) => found.subsets?.length > 0);
  assert.ok(subsets[0].addresses.length > 0);
  const slices = await api.get(
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes',
  );
  assert.ok(slices.items.length > 0);
  const addresses = slices.items.flatMap(({ endpoints }: Loose) => endpoints.flatMap((each: Loose) => each.addresses));
  assert.deepEqual(
    addresses,
    subsets.flatMap((subset: Loose) => subset.addresses.map(({ ip }: Loose) => ip)),
  );
});

test('ServiceCIDR and IPAddress API should support IPAddress API operations', async () => {
  const path = '/apis/networking.k8s.io/v1/ipaddresses';
  const service = { group: '', resource: 'services', namespace: 'default', name: 'nobody' };
  const names = ['192.0.2.10', '192.0.2.11'];
  const watch = await api.watch(`${path}?labelSelector=test%3Dip`);
  for (const name of names) {
    const labels = { test: 'ip', 'ipaddress.kubernetes.io/managed-by': 'e2e' };
    await api.create(path, { metadata: { name, labels }, spec: { parentRef: service } });
  }
  await assert.rejects(api.create(path, { metadata: { name: 'no-address' }, spec: { parentRef: service } }), {
    reason: 'Invalid',
  });
  assert.equal((await api.get(`${path}?labelSelector=test%3Dip`)).items.length, 2);
  const patched = await api.patch(`${path}/${names[0]}`, { metadata: { annotations: { patched: 'true' } } });
  assert.equal(patched.metadata.annotations.patched, 'true');
  await assert.rejects(api.patch(`${path}/${names[0]}`, { spec: { parentRef: { ...service, name: 'other' } } }), {
    reason: 'Invalid',
  });
  await watch.until(({ type, object }) => type === 'MODIFIED' && object.metadata.annotations?.patched === 'true');
  watch.stop();
  await api.delete(`${path}/${names[0]}`);
  await untilGone(api, `${path}/${names[0]}`);
  await api.delete(`${path}?labelSelector=test%3Dip`);
  assert.equal((await api.get(`${path}?labelSelector=test%3Dip`)).items.length, 0);
});

test('Node Lifecycle should run through the lifecycle of a node', async () => {
  const path = '/api/v1/nodes/e2e-fake-node';
  const created = await api.create('/api/v1/nodes', {
    metadata: { name: 'e2e-fake-node', labels: { e2e: 'node' } },
    spec: { unschedulable: true },
  });
  assert.equal(created.spec.unschedulable, true);
  assert.equal((await api.get(path)).metadata.uid, created.metadata.uid);
  assert.equal(
    (await api.patch(path, { metadata: { labels: { 'e2e-patched': 'yes' } } }, 'strategic')).metadata.labels[
      'e2e-patched'
    ],
    'yes',
  );
  const updated = await api.modify(path, ({ metadata }) => {
    metadata.labels['e2e-updated'] = 'yes';
  });
  assert.equal(updated.metadata.labels['e2e-updated'], 'yes');
  const capacity = { cpu: '1', memory: '1Gi' };
  const status = await api.patch(`${path}/status`, { status: { capacity } }, 'strategic');
  assert.equal(status.status.capacity.cpu, '1');
  await api.delete('/api/v1/nodes?labelSelector=e2e%3Dnode');
  await untilGone(api, path);
});

test('Pods should run through the lifecycle of Pods and PodStatus', async () => {
  const space = await namespace('pods');
  const pods = `/api/v1/namespaces/${space}/pods`;
  const labels = { 'test-pod-static': 'true' };
  const watch = await api.watch(`${pods}?labelSelector=test-pod-static%3Dtrue`);
  await api.create(pods, {
    metadata: { name: 'pod-test', labels },
    spec: { containers: [{ name: 'pod-test', image }] },
  });
  const running = await watch.until(({ object }) => object.status.phase === 'Running');
  assert.ok(running.object.status.conditions.some(({ type }: Loose) => type === 'PodScheduled'));
  const body = {
    metadata: { labels: { 'test-pod': 'patched' } },
    spec: { terminationGracePeriodSeconds: 30, containers: [{ name: 'pod-test', image: `${image}-other` }] },
  };
  const patched = await api.patch(`${pods}/pod-test`, body, 'strategic');
  assert.equal(patched.spec.containers[0].image, `${image}-other`);
  await watch.until(({ type, object }) => type === 'MODIFIED' && object.metadata.labels['test-pod'] === 'patched');
  const current = await api.get(`${pods}/pod-test/status`);
  const conditions = current.status.conditions.map((condition: Loose) =>
    condition.type === 'Ready' ? { ...condition, status: 'False' } : condition,
  );
  const replaced = await api.update(`${pods}/pod-test/status`, {
    ...current,
    status: { ...current.status, conditions },
  });
  assert.equal(replaced.status.conditions.find(({ type }: Loose) => type === 'Ready').status, 'False');
  await api.delete(`${pods}?labelSelector=test-pod-static%3Dtrue`);
  await watch.until(({ type }) => type === 'DELETED');
  watch.stop();
  await until('no pod', async () => (await api.get(pods)).items.length === 0);
});

test('LimitRange should create a LimitRange with defaults and ensure pod has those defaults applied.', async () => {
  const base = `/api/v1/namespaces/${await namespace('limitrange')}`;
  const limit = {
    type: 'Container',
    min: { cpu: '50m', memory: '100Mi', 'ephemeral-storage': '100Gi' },
    max: { cpu: '500m', memory: '500Mi', 'ephemeral-storage': '500Gi' },
    default: { cpu: '500m', memory: '500Mi', 'ephemeral-storage': '500Gi' },
    defaultRequest: { cpu: '100m', memory: '200Mi', 'ephemeral-storage': '200Gi' },
  };
  const watch = await api.watch(`${base}/limitranges`);
  await api.create(`${base}/limitranges`, { metadata: { name: 'limit-range' }, spec: { limits: [limit] } });
  assert.equal((await watch.next()).type, 'ADDED');
  watch.stop();
  const pod = (name: string, resources: Loose = {}) => ({
    metadata: { name },
    spec: { containers: [{ name: 'pause', image, resources }] },
  });
  const none = await api.create(`${base}/pods`, pod('pod-no-resources'));
  assert.deepEqual(none.spec.containers[0].resources, { limits: limit.default, requests: limit.defaultRequest });
  const partial = await api.create(
    `${base}/pods`,
    pod('pod-partial', { requests: { cpu: '300m', memory: '150Mi' }, limits: { cpu: '300m' } }),
  );
  assert.deepEqual(partial.spec.containers[0].resources, {
    limits: { cpu: '300m', memory: '500Mi', 'ephemeral-storage': '500Gi' },
    requests: { cpu: '300m', memory: '150Mi', 'ephemeral-storage': '200Gi' },
  });
  for (const requests of [{ cpu: '10m' }, { cpu: '600m' }])
    await assert.rejects(api.create(`${base}/pods`, pod('pod-refused', { requests, limits: requests })), {
      reason: 'Forbidden',
      message: /(minimum|maximum) cpu usage per Container is/,
    });
  await api.patch(`${base}/limitranges/limit-range`, { spec: { limits: [{ ...limit, min: { cpu: '9m' } }] } });
  assert.ok(await api.create(`${base}/pods`, pod('pod-small', { requests: { cpu: '10m' }, limits: { cpu: '10m' } })));
  await api.delete(`${base}/limitranges/limit-range`);
  assert.equal((await api.get(`${base}/limitranges`)).items.length, 0);
  const free = await api.create(`${base}/pods`, pod('pod-free', { requests: { cpu: '600m' } }));
  assert.equal(free.spec.containers[0].resources.limits, undefined);
});
