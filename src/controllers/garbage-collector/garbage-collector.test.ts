import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { deployment } from '../../api/apps/deployment.ts';
import { replicaSet } from '../../api/apps/replica-set.ts';
import { configMap } from '../../api/core/config-map.ts';
import { pod } from '../../api/core/pod.ts';
import { builtInKinds } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Client, DeleteOptions } from '../../client/client.ts';
import { deploymentController } from '../deployment/deployment.ts';
import { replicaSetController } from '../replica-set/replica-set.ts';
import { startCluster, type TestCluster } from '../testing/cluster.ts';
import { garbageCollector } from './garbage-collector.ts';

const ref = { namespace: 'default', name: 'web' };

async function startWithDeployment(t: TestContext): Promise<TestCluster> {
  const controllers = [deploymentController, replicaSetController, garbageCollector(() => builtInKinds)];
  const cluster = await startCluster(t, { controllers });
  await cluster.client.create(deployment, {
    metadata: ref,
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web' }] } },
    },
  });
  await cluster.eventually(async () => assert.equal((await cluster.client.list(pod)).items.length, 2));
  await cluster.settle();
  return cluster;
}

async function counts(client: Client) {
  const kinds = [deployment, replicaSet, pod];
  return await Promise.all(kinds.map(async (kind) => (await client.list<KubeObject>(kind)).items.length));
}

const policies: readonly DeleteOptions[] = [{ propagationPolicy: 'Background' }, { propagationPolicy: 'Foreground' }];
for (const options of policies)
  test(`${options.propagationPolicy} deletion takes the replica sets and pods along`, async (t) => {
    const cluster = await startWithDeployment(t);
    await cluster.client.delete(deployment, ref, options);
    await cluster.eventually(async () => assert.deepEqual(await counts(cluster.client), [0, 0, 0]));
  });

test('in the foreground the owner stays until its dependents are gone', async (t) => {
  const cluster = await startWithDeployment(t);
  const order: string[] = [];
  for (const kind of [deployment, replicaSet, pod])
    cluster.client.view<KubeObject>(kind).onChange(({ type }) => type === 'deleted' && order.push(kind.kind));
  await cluster.client.delete(deployment, ref, { propagationPolicy: 'Foreground' });
  await cluster.eventually(async () => assert.deepEqual(await counts(cluster.client), [0, 0, 0]));
  assert.deepEqual(order, ['Pod', 'Pod', 'ReplicaSet', 'Deployment']);
});

test('Orphan leaves the replica set, without its owner', async (t) => {
  const cluster = await startWithDeployment(t);
  await cluster.client.delete(deployment, ref, { propagationPolicy: 'Orphan' });
  await cluster.eventually(async () => assert.deepEqual(await counts(cluster.client), [0, 1, 2]));
  const [set] = (await cluster.client.list(replicaSet)).items;
  assert.deepEqual(set?.metadata.ownerReferences ?? [], []);
});

test('an object whose owner has another uid goes, one with another living owner loses the reference', async (t) => {
  const cluster = await startCluster(t, { controllers: [garbageCollector(() => builtInKinds)] });
  const { client } = cluster;
  const owner = await client.create(configMap, { metadata: { namespace: 'default', name: 'owner' } });
  const reference = (uid: string | undefined, name = 'owner') => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    uid: uid ?? '',
  });
  const create = (name: string, ownerReferences: ReturnType<typeof reference>[]) =>
    client.create(configMap, { metadata: { namespace: 'default', name, ownerReferences } });
  await create('stays', [reference(owner.metadata.uid)]);
  await create('was-another', [reference('00000000-0000-4000-8000-000000000000')]);
  await create('both', [reference(owner.metadata.uid), reference('00000000-0000-4000-8000-000000000001', 'gone')]);
  await cluster.eventually(async () => {
    const { items } = await client.list(configMap, { namespace: 'default' });
    assert.deepEqual(items.map(({ metadata }) => metadata.name).sort(), ['both', 'owner', 'stays']);
    const both = items.find(({ metadata }) => metadata.name === 'both');
    assert.deepEqual(
      both?.metadata.ownerReferences?.map(({ uid }) => uid),
      [owner.metadata.uid],
    );
  });
});

test('two objects that own each other both go with the one that is deleted in the foreground', async (t) => {
  const cluster = await startCluster(t, { controllers: [garbageCollector(() => builtInKinds)] });
  const { client } = cluster;
  const a = await client.create(configMap, { metadata: { namespace: 'default', name: 'a' } });
  const own = (of: KubeObject) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: of.metadata.name ?? '',
    uid: of.metadata.uid ?? '',
    blockOwnerDeletion: true,
  });
  const b = await client.create(configMap, {
    metadata: { namespace: 'default', name: 'b', ownerReferences: [own(a)] },
  });
  await client.update(configMap, { ...a, metadata: { ...a.metadata, ownerReferences: [own(b)] } });
  await client.delete(configMap, { namespace: 'default', name: 'a' }, { propagationPolicy: 'Foreground' });
  await cluster.eventually(async () =>
    assert.deepEqual(
      (await client.list(configMap, { namespace: 'default' })).items.map(({ metadata }) => metadata.name),
      [],
    ),
  );
});
