import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareQuantities } from '../../../src/api/quantity/quantity.ts';
import type { Loose } from '../harness/api.ts';
import { image } from '../harness/objects.ts';
import { startControlPlane, untilGone, untilIs } from '../harness/server.ts';

const { api, namespace } = await startControlPlane();

type Amounts = Readonly<Record<string, string>>;

const hard: Amounts = {
  pods: '5',
  services: '10',
  'services.nodeports': '1',
  'services.loadbalancers': '1',
  replicationcontrollers: '10',
  resourcequotas: '1',
  cpu: '1',
  memory: '500Mi',
  configmaps: '10',
  secrets: '10',
  persistentvolumeclaims: '10',
  'requests.storage': '10Gi',
  'ephemeral-storage': '50Gi',
  'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '10',
  'gold.storageclass.storage.k8s.io/requests.storage': '10Gi',
  'count/replicasets.apps': '5',
  'requests.example.com/dongle': '3',
};

const podOf = (name: string, requests: Amounts, limits: Amounts = {}, more: Loose = {}) => ({
  metadata: { name },
  spec: { ...more, containers: [{ name: 'pause', image, resources: { requests, limits } }] },
});

async function places() {
  const path = `/api/v1/namespaces/${await namespace('resourcequota')}`;
  return { path, quotas: `${path}/resourcequotas` };
}

const same = (wanted: Amounts, found: Amounts = {}) =>
  Object.entries(wanted).every(
    ([name, amount]) => found[name] !== undefined && compareQuantities(found[name], amount) === 0,
  );

const untilUsed = (quota: string, used: Amounts) => untilIs(api, quota, ({ status }) => same(used, status.used));

async function createQuota(quotas: string, name: string, spec: Loose = { hard }): Promise<string> {
  await api.create(quotas, { metadata: { name }, spec });
  return `${quotas}/${name}`;
}

/** A quota, one object that counts, and none again. */
async function lifeOf(objects: string, object: Loose, resource: string): Promise<void> {
  const { path, quotas } = await places();
  const collection = objects.startsWith('/')
    ? objects.replace('NAMESPACE', path.split('/')[4] ?? '')
    : `${path}/${objects}`;
  const before = (await api.get(collection)).items.length;
  const quota = await createQuota(quotas, 'test-quota');
  await untilUsed(quota, { resourcequotas: '1', [resource]: `${before}` });
  await api.create(collection, object);
  await untilUsed(quota, { resourcequotas: '1', [resource]: `${before + 1}` });
  await api.delete(`${collection}/${object.metadata.name}`, {});
  await untilUsed(quota, { resourcequotas: '1', [resource]: `${before}` });
}

test('ResourceQuota should create a ResourceQuota and ensure its status is promptly calculated.', async () => {
  const { quotas } = await places();
  const quota = await createQuota(quotas, 'test-quota');
  const { status } = await untilUsed(quota, { resourcequotas: '1' });
  assert.ok(same(hard, status.hard));
});

test('ResourceQuota should create a ResourceQuota and capture the life of a configMap.', async () => {
  await lifeOf('configmaps', { metadata: { name: 'test-configmap' }, data: { a: 'b' } }, 'configmaps');
});

test('ResourceQuota should create a ResourceQuota and capture the life of a secret.', async () => {
  await lifeOf('secrets', { metadata: { name: 'test-secret' }, stringData: { 'data-1': 'value-1' } }, 'secrets');
});

test('ResourceQuota should create a ResourceQuota and capture the life of a replication controller.', async () => {
  const labels = { name: 'test-rc' };
  const template = { metadata: { labels }, spec: podOf('', {}).spec };
  const controller = { metadata: { name: 'test-rc' }, spec: { replicas: 0, selector: labels, template } };
  await lifeOf('replicationcontrollers', controller, 'replicationcontrollers');
});

test('ResourceQuota should create a ResourceQuota and capture the life of a replica set.', async () => {
  const labels = { name: 'test-rs' };
  const template = { metadata: { labels }, spec: podOf('', {}).spec };
  const set = { metadata: { name: 'test-rs' }, spec: { replicas: 0, selector: { matchLabels: labels }, template } };
  await lifeOf('/apis/apps/v1/namespaces/NAMESPACE/replicasets', set, 'count/replicasets.apps');
});

test('ResourceQuota should create a ResourceQuota and capture the life of a service.', async () => {
  const { path, quotas } = await places();
  const quota = await createQuota(quotas, 'test-quota');
  await untilUsed(quota, { resourcequotas: '1' });
  const service = (name: string, type: string, more: Loose = {}) => ({
    metadata: { name },
    spec: { type, ports: [{ port: 80, targetPort: 80 }], ...more },
  });
  await api.create(`${path}/services`, service('test-service', 'ClusterIP'));
  await api.create(`${path}/services`, service('test-service-np', 'NodePort'));
  await assert.rejects(
    api.create(`${path}/services`, service('test-service-lb', 'LoadBalancer', { allocateLoadBalancerNodePorts: true })),
    { reason: 'Forbidden', message: /exceeded quota: test-quota/ },
  );
  await untilUsed(quota, {
    resourcequotas: '1',
    services: '2',
    'services.nodeports': '1',
    'services.loadbalancers': '0',
  });
  await api.delete(`${path}/services/test-service`);
  await api.delete(`${path}/services/test-service-np`);
  await untilUsed(quota, { resourcequotas: '1', services: '0', 'services.nodeports': '0' });
});

test('ResourceQuota should create a ResourceQuota and capture the life of a pod.', async () => {
  const { path, quotas } = await places();
  const quota = await createQuota(quotas, 'test-quota');
  await untilUsed(quota, { resourcequotas: '1' });
  const dongles = { 'example.com/dongle': '2' };
  const requests = { cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', ...dongles };
  await api.create(`${path}/pods`, podOf('test-pod', requests, dongles));
  const used = {
    resourcequotas: '1',
    pods: '1',
    cpu: '500m',
    memory: '252Mi',
    'ephemeral-storage': '30Gi',
    'requests.example.com/dongle': '2',
  };
  await untilUsed(quota, used);

  const refused = { reason: 'Forbidden', message: /exceeded quota: test-quota/ };
  await assert.rejects(api.create(`${path}/pods`, podOf('fail-pod', { cpu: '600m', memory: '100Mi' })), refused);
  const two = { cpu: '500m', memory: '100Mi', 'ephemeral-storage': '10Gi', ...dongles };
  await assert.rejects(api.create(`${path}/pods`, podOf('fail-pod-for-extended-resource', two, dongles)), refused);

  const pod = await api.get(`${path}/pods/test-pod`);
  pod.spec.containers[0].resources.requests = { cpu: '100m', memory: '100Mi' };
  await assert.rejects(api.update(`${path}/pods/test-pod`, pod), { reason: 'Invalid' });
  await untilUsed(quota, used);

  await api.delete(`${path}/pods/test-pod`, { gracePeriodSeconds: 0 });
  await untilUsed(quota, { resourcequotas: '1', pods: '0', cpu: '0', memory: '0', 'requests.example.com/dongle': '0' });
});

test('ResourceQuota should verify ResourceQuota with terminating scopes.', async () => {
  const { path, quotas } = await places();
  const limited = {
    pods: '5',
    'requests.cpu': '1',
    'requests.memory': '500Mi',
    'limits.cpu': '2',
    'limits.memory': '1Gi',
  };
  const terminating = await createQuota(quotas, 'quota-terminating', { hard: limited, scopes: ['Terminating'] });
  const lasting = await createQuota(quotas, 'quota-not-terminating', { hard: limited, scopes: ['NotTerminating'] });
  const none = { pods: '0', 'requests.cpu': '0', 'requests.memory': '0', 'limits.cpu': '0', 'limits.memory': '0' };
  await untilUsed(terminating, none);
  await untilUsed(lasting, none);
  const [requests, limits] = [
    { cpu: '500m', memory: '200Mi' },
    { cpu: '1', memory: '400Mi' },
  ];
  const used = {
    pods: '1',
    'requests.cpu': '500m',
    'requests.memory': '200Mi',
    'limits.cpu': '1',
    'limits.memory': '400Mi',
  };
  for (const [name, more, counts, other] of [
    ['test-pod', {}, lasting, terminating],
    ['terminating-pod', { activeDeadlineSeconds: 3600 }, terminating, lasting],
  ] as const) {
    await api.create(`${path}/pods`, podOf(name, requests, limits, more));
    await untilUsed(counts, used);
    await untilUsed(other, none);
    await api.delete(`${path}/pods/${name}`, { gracePeriodSeconds: 0 });
    await untilUsed(counts, none);
  }
});

test('ResourceQuota should verify ResourceQuota with best effort scope.', async () => {
  const { path, quotas } = await places();
  const bestEffort = await createQuota(quotas, 'quota-besteffort', { hard: { pods: '5' }, scopes: ['BestEffort'] });
  const others = await createQuota(quotas, 'quota-not-besteffort', { hard: { pods: '5' }, scopes: ['NotBestEffort'] });
  await untilUsed(bestEffort, { pods: '0' });
  await untilUsed(others, { pods: '0' });
  const [requests, limits] = [
    { cpu: '500m', memory: '200Mi' },
    { cpu: '1', memory: '400Mi' },
  ];
  for (const [pod, counts, other] of [
    [podOf('besteffort-pod', {}), bestEffort, others],
    [podOf('burstable-pod', requests, limits), others, bestEffort],
  ] as const) {
    await api.create(`${path}/pods`, pod);
    await untilUsed(counts, { pods: '1' });
    await untilUsed(other, { pods: '0' });
    await api.delete(`${path}/pods/${pod.metadata.name}`, { gracePeriodSeconds: 0 });
    await untilUsed(counts, { pods: '0' });
  }
});

test('ResourceQuota should be able to update and delete ResourceQuota.', async () => {
  const { quotas } = await places();
  const first = { cpu: '1', memory: '500Mi' };
  const quota = await createQuota(quotas, 'test-quota', { hard: first });
  assert.ok(same(first, (await api.get(quota)).spec.hard));
  const second = { cpu: '2', memory: '1Gi' };
  const updated = await api.modify(quota, ({ spec }) => {
    spec.hard = second;
  });
  assert.ok(same(second, updated.spec.hard));
  assert.ok(same(second, (await api.get(quota)).spec.hard));
  await api.delete(quota);
  await untilGone(api, quota);
});

test('ResourceQuota should manage the lifecycle of a ResourceQuota', async () => {
  const { path, quotas } = await places();
  const name = 'e2e-quota';
  const spec = { hard: { cpu: '1', memory: '500Mi' } };
  await api.create(quotas, { metadata: { name, labels: { [name]: 'quota' } }, spec });
  assert.ok(same(spec.hard, (await api.get(`${quotas}/${name}`)).spec.hard));
  const listed = await api.get(`/api/v1/resourcequotas?labelSelector=${name}%3Dquota`);
  assert.equal(listed.items.length, 1);
  const changed = { cpu: '2', memory: '1Gi' };
  const patch = { metadata: { labels: { [name]: 'patched' } }, spec: { hard: changed } };
  const patched = await api.patch(`${quotas}/${name}`, patch, 'strategic');
  assert.equal(patched.metadata.labels[name], 'patched');
  assert.ok(same(changed, patched.spec.hard));
  await api.delete(`${path}/resourcequotas?labelSelector=${name}%3Dpatched`);
  assert.equal((await api.get(`/api/v1/resourcequotas?labelSelector=${name}%3Dpatched`)).items.length, 0);
});

test('ResourceQuota should apply changes to a resourcequota status', async () => {
  const { path, quotas } = await places();
  const name = 'e2e-rq-status';
  const watch = await api.watch(`${path}/resourcequotas?labelSelector=e2e-rq-label%3D${name}`);
  const first = { cpu: '500m', memory: '500Mi' };
  await api.create(quotas, { metadata: { name, labels: { 'e2e-rq-label': name } }, spec: { hard: first } });
  const quota = `${quotas}/${name}`;
  await untilIs(api, quota, ({ status }) => same(first, status.hard));

  // What somebody else writes into the status is kept until the controller puts it right.
  const wrong = { cpu: '1', memory: '1Gi' };
  const updated = await api.modify(`${quota}/status`, ({ status }) => {
    status.hard = wrong;
  });
  assert.ok(same(wrong, updated.status.hard));
  assert.ok(same(first, updated.spec.hard));
  await watch.until(({ type, object }) => type === 'MODIFIED' && same(wrong, object.status.hard));
  await watch.until(({ type, object }) => type === 'MODIFIED' && same(first, object.status.hard));

  const second = { cpu: '2', memory: '2Gi' };
  const patched = await api.patch(quota, { spec: { hard: second } }, 'merge');
  assert.ok(same(second, patched.spec.hard));
  await watch.until(({ type, object }) => type === 'MODIFIED' && same(second, object.status.hard));

  const inStatus = await api.patch(`${quota}/status`, { spec: { hard: first }, status: { hard: wrong } }, 'merge');
  assert.ok(same(wrong, inStatus.status.hard));
  assert.ok(same(second, inStatus.spec.hard), 'a patch of the status leaves the spec as it is');
  await watch.until(({ type, object }) => type === 'MODIFIED' && same(wrong, object.status.hard));
  await watch.until(({ type, object }) => type === 'MODIFIED' && same(second, object.status.hard));
  const status = await api.get(`${quota}/status`);
  assert.ok(same(second, status.status.hard));
  assert.ok(same(second, status.spec.hard));
  watch.stop();
});
