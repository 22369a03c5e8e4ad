import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { deployment } from '../api/apps/deployment.ts';
import { job } from '../api/batch/job.ts';
import { namespace } from '../api/core/namespace.ts';
import { node } from '../api/core/node.ts';
import { pod } from '../api/core/pod.ts';
import { replicationController } from '../api/core/replication-controller.ts';
import { resourceQuota } from '../api/core/resource-quota.ts';
import { secret } from '../api/core/secret.ts';
import { service } from '../api/core/service.ts';
import { serviceAccount } from '../api/core/service-account.ts';
import { endpointSlice } from '../api/discovery/endpoint-slice.ts';
import { builtInKinds } from '../api/kinds.ts';
import { podDisruptionBudget } from '../api/policy/pod-disruption-budget.ts';
import { clusterRole } from '../api/rbac/cluster-role.ts';
import { parseCidr } from '../base/cidr.ts';
import { createControllers } from './controllers.ts';
import { startCluster, type TestCluster } from './testing/cluster.ts';
import { endPod } from './testing/pretended-node.ts';

function startAll(t: TestContext): Promise<TestCluster> {
  const cidr = parseCidr('10.42.0.0/16');
  assert.ok(cidr);
  const controllers = createControllers({
    kinds: () => builtInKinds,
    rootCaCertificates: 'PEM',
    podRanges: [{ cidr, nodePrefix: 24 }],
    signSecretToken: async ({ namespace: space, serviceAccount: account }) => `token of ${space}/${account.name}`,
  });
  return startCluster(t, { controllers, nodes: ['n1', 'n2'] });
}

function labelled(app: string) {
  return { metadata: { labels: { app } }, spec: { containers: [{ name: app, image: app }] } };
}

async function createApplication({ client }: TestCluster, space: string) {
  await client.create(namespace, { metadata: { name: space }, spec: { finalizers: ['kubernetes'] } });
  const metadata = { namespace: space, name: 'web' };
  await client.create(deployment, {
    metadata,
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: labelled('web') },
  });
  const ports = [{ port: 80, targetPort: 8080 }];
  await client.create(service, {
    metadata,
    spec: { selector: { app: 'web' }, clusterIP: '10.43.0.7', clusterIPs: ['10.43.0.7'], ipFamilies: ['IPv4'], ports },
  });
  await client.create(podDisruptionBudget, {
    metadata,
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  });
}

test('all controllers together bring up an application, and then rest', async (t) => {
  const cluster = await startAll(t);
  const { client, eventually } = cluster;
  await createApplication(cluster, 'shop');
  const quota = { namespace: 'shop', name: 'all' };
  await client.create(resourceQuota, {
    metadata: quota,
    spec: { hard: { pods: '10', 'count/deployments.apps': '5' } },
  });
  await eventually(async () => {
    assert.deepEqual((await client.get(resourceQuota, quota)).status?.used, {
      pods: '3',
      'count/deployments.apps': '1',
    });
    const [slice] = (await client.list(endpointSlice, { namespace: 'shop' })).items;
    assert.equal(slice?.endpoints?.filter(({ conditions }) => conditions?.ready).length, 3);
    const budget = await client.get(podDisruptionBudget, { namespace: 'shop', name: 'web' });
    assert.deepEqual([budget.status?.expectedPods, budget.status?.disruptionsAllowed], [3, 1]);
    const cidrs = (await client.list(node)).items.map(({ spec }) => spec?.podCIDR).sort();
    assert.deepEqual(cidrs, ['10.42.0.0/24', '10.42.1.0/24']);
  });
  await cluster.settle();
  const before = cluster.registry.cache.revision;
  // Shorter than the nodes' grace period: nobody renews leases here.
  await cluster.clock.advance(30_000);
  await cluster.settle();
  assert.equal(cluster.registry.cache.revision, before, 'nothing is written at rest');
  const failing = cluster.manager
    .status()
    .filter(({ lastError }) => lastError && !/modified|not found|exists/.test(lastError.message));
  assert.deepEqual(failing, []);
});

test('a namespace with an application in it goes entirely', async (t) => {
  const cluster = await startAll(t);
  const { client, eventually } = cluster;
  await createApplication(cluster, 'shop');
  await eventually(async () => assert.equal((await client.list(pod, { namespace: 'shop' })).items.length, 3));
  await client.delete(namespace, { name: 'shop' });
  await eventually(() => assert.rejects(client.get(namespace, { name: 'shop' }), /not found/));
  for (const kind of builtInKinds)
    if (kind.scope === 'Namespaced' && kind.verbs.includes('list')) {
      const { items } = await client.list(kind, { namespace: 'shop' });
      assert.deepEqual(
        items.map(({ metadata }) => `${kind.kind} ${metadata.name}`),
        [],
      );
    }
});

test('a replication controller keeps its pods', async (t) => {
  const cluster = await startAll(t);
  const { client, eventually } = cluster;
  const ref = { namespace: 'default', name: 'old' };
  await client.create(replicationController, {
    metadata: ref,
    spec: { replicas: 2, selector: { app: 'old' }, template: labelled('old') },
  });
  await eventually(async () => {
    const { status } = await client.get(replicationController, ref);
    assert.deepEqual([status?.replicas, status?.readyReplicas, status?.availableReplicas], [2, 2, 2]);
  });
});

test('finished jobs go when their time is over', async (t) => {
  const cluster = await startAll(t);
  const { client, eventually } = cluster;
  const ref = { namespace: 'default', name: 'once' };
  const labels = { app: 'once' };
  const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] } };
  await client.create(job, {
    metadata: ref,
    spec: {
      manualSelector: true,
      selector: { matchLabels: labels },
      template,
      completions: 1,
      parallelism: 1,
      ttlSecondsAfterFinished: 20,
    },
  });
  const one = await eventually(async () => {
    const [found] = (await client.list(pod)).items;
    assert.equal(found?.status?.phase, 'Running');
    return found;
  });
  assert.ok(one);
  await endPod(client, one, { phase: 'Succeeded', atMs: cluster.clock.now() });
  await eventually(async () => assert.ok((await client.get(job, ref)).status?.completionTime));
  await cluster.clock.advance(15_000);
  await client.get(job, ref);
  await cluster.clock.advance(10_000);
  await eventually(() => assert.rejects(client.get(job, ref), /not found/));
  await eventually(async () => assert.equal((await client.list(pod)).items.length, 0));
});

test('token secrets are filled in, and go with their account', async (t) => {
  const cluster = await startAll(t);
  const { client, eventually } = cluster;
  await eventually(() => client.get(serviceAccount, { namespace: 'default', name: 'default' }));
  await client.create(serviceAccount, { metadata: { namespace: 'default', name: 'robot' } });
  const ref = { namespace: 'default', name: 'robot-token' };
  const annotations = { 'kubernetes.io/service-account.name': 'robot' };
  await client.create(secret, { metadata: { ...ref, annotations }, type: 'kubernetes.io/service-account-token' });
  await eventually(async () => {
    const { data } = await client.get(secret, ref);
    assert.equal(Buffer.from(data?.['token'] ?? '', 'base64').toString(), 'token of default/robot');
    assert.equal(Buffer.from(data?.['ca.crt'] ?? '', 'base64').toString(), 'PEM');
  });
  await client.delete(serviceAccount, { namespace: 'default', name: 'robot' });
  await eventually(() => assert.rejects(client.get(secret, ref), /not found/));
});

test('aggregated roles follow the roles they are made of', async (t) => {
  const { client, eventually } = await startAll(t);
  const clusterRoleSelectors = [{ matchLabels: { part: 'yes' } }];
  await client.create(clusterRole, { metadata: { name: 'sum' }, aggregationRule: { clusterRoleSelectors }, rules: [] });
  const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
  for (const name of ['b', 'a'])
    await client.create(clusterRole, {
      metadata: { name, labels: { part: 'yes' } },
      rules: [rule(name), rule('both')],
    });
  await eventually(async () => {
    const { rules } = await client.get(clusterRole, { name: 'sum' });
    assert.deepEqual(
      rules?.map(({ resources }) => resources?.[0]),
      ['a', 'both', 'b'],
    );
  });
});
