import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { controllerRevision } from '../../api/apps/controller-revision.ts';
import { statefulSet } from '../../api/apps/stateful-set.ts';
import { persistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts';
import { pod } from '../../api/core/pod.ts';
import { builtInKinds } from '../../api/kinds.ts';
import type { StatefulSet } from '../../api/schema/generated/types/apps-v1.ts';
import { garbageCollector } from '../garbage-collector/garbage-collector.ts';
import { startCluster, type TestCluster } from '../testing/cluster.ts';
import { behaviourAnnotation } from '../testing/pretended-node.ts';
import { statefulSetController } from './stateful-set.ts';

const ref = { namespace: 'default', name: 'db' };
type Spec = NonNullable<StatefulSet['spec']>;

function template(image: string, annotations = {}) {
  return { metadata: { labels: { app: 'db' }, annotations }, spec: { containers: [{ name: 'db', image }] } };
}

function db(spec: Partial<Spec> = {}) {
  return { metadata: ref, spec: specOf(spec) };
}

function specOf(spec: Partial<Spec> = {}): Spec {
  return {
    replicas: 3,
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template: template('db:1'),
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    ...spec,
  };
}

const dataClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

async function start(t: TestContext, spec: Partial<Spec> = {}): Promise<TestCluster> {
  const cluster = await startCluster(t, { controllers: [statefulSetController, garbageCollector(() => builtInKinds)] });
  await cluster.client.create(statefulSet, db(spec));
  return cluster;
}

async function members(cluster: TestCluster) {
  const { items } = await cluster.client.list(pod);
  return items.map(({ metadata, spec }) => `${metadata.name} ${spec?.containers[0]?.image}`).sort();
}

async function change(cluster: TestCluster, spec: Partial<Spec>) {
  for (;;) {
    const object = await cluster.client.get(statefulSet, ref);
    try {
      return await cluster.client.update(statefulSet, { ...object, spec: specOf(spec) });
    } catch (error) {
      if (!(error instanceof Error && /modified/.test(error.message))) throw error;
    }
  }
}

test('members come one after the other, with names, storage and revisions of their own', async (t) => {
  const cluster = await startCluster(t, { controllers: [statefulSetController] });
  const { client, eventually } = cluster;
  const order: string[] = [];
  client.view(pod).onChange(({ type, object }) => {
    const isReady = object.status?.phase === 'Running';
    const entry = `${object.metadata.name} ${isReady ? 'runs' : 'made'}`;
    if (type !== 'deleted' && order.at(-1) !== entry) order.push(entry);
  });
  await client.create(statefulSet, db({ volumeClaimTemplates: [dataClaim] }));
  await eventually(async () => assert.equal((await client.get(statefulSet, ref)).status?.availableReplicas, 3));
  assert.deepEqual(order, ['db-0 made', 'db-0 runs', 'db-1 made', 'db-1 runs', 'db-2 made', 'db-2 runs']);
  const claims = (await client.list(persistentVolumeClaim)).items.map(({ metadata }) => metadata.name).sort();
  assert.deepEqual(claims, ['data-db-0', 'data-db-1', 'data-db-2']);
  const one = await client.get(pod, { namespace: 'default', name: 'db-1' });
  assert.equal(one.spec?.hostname, 'db-1');
  assert.equal(one.spec?.subdomain, 'db');
  assert.equal(one.spec?.volumes?.[0]?.persistentVolumeClaim?.claimName, 'data-db-1');
  const [revision] = (await client.list(controllerRevision)).items;
  assert.equal(one.metadata.labels?.['controller-revision-hash'], revision?.metadata.name);
  const { status } = await client.get(statefulSet, ref);
  assert.deepEqual(
    [status?.currentRevision, status?.updateRevision, status?.currentReplicas, status?.updatedReplicas],
    [revision?.metadata.name, revision?.metadata.name, 3, 3],
  );
});

test('a member that does not get ready holds up the ones after it, unless they come in parallel', async (t) => {
  const unready = template('db:1', { [behaviourAnnotation]: 'unready' });
  const ordered = await start(t, { template: unready });
  await ordered.eventually(async () => assert.deepEqual(await members(ordered), ['db-0 db:1']));
  await ordered.settle();
  assert.deepEqual(await members(ordered), ['db-0 db:1']);
  const parallel = await start(t, { template: unready, podManagementPolicy: 'Parallel' });
  await parallel.eventually(async () => assert.equal((await members(parallel)).length, 3));
});

test('a scale-down takes the highest first; ordinals may start elsewhere', async (t) => {
  const cluster = await start(t, { ordinals: { start: 5 } });
  await cluster.eventually(async () =>
    assert.equal((await cluster.client.get(statefulSet, ref)).status?.availableReplicas, 3),
  );
  assert.deepEqual(await members(cluster), ['db-5 db:1', 'db-6 db:1', 'db-7 db:1']);
  const gone: (string | undefined)[] = [];
  cluster.client.view(pod).onChange(({ type, object }) => type === 'deleted' && gone.push(object.metadata.name));
  await change(cluster, { ordinals: { start: 5 }, replicas: 1 });
  await cluster.eventually(async () => assert.deepEqual(await members(cluster), ['db-5 db:1']));
  assert.deepEqual(gone, ['db-7', 'db-6']);
});

test('an update rolls from the highest down to the partition, and a broken one stops', async (t) => {
  const cluster = await start(t);
  const { eventually, client } = cluster;
  await eventually(async () => assert.equal((await client.get(statefulSet, ref)).status?.availableReplicas, 3));
  await change(cluster, {
    template: template('db:2'),
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
  });
  await eventually(async () => {
    assert.deepEqual(await members(cluster), ['db-0 db:1', 'db-1 db:1', 'db-2 db:2']);
    assert.equal((await client.get(statefulSet, ref)).status?.updatedReplicas, 1);
  });
  await client.delete(pod, { namespace: 'default', name: 'db-0' });
  await eventually(async () =>
    assert.deepEqual(
      await members(cluster),
      ['db-0 db:1', 'db-1 db:1', 'db-2 db:2'],
      'below the partition the old template holds',
    ),
  );
  await change(cluster, { template: template('db:2') });
  await eventually(async () => {
    assert.deepEqual(await members(cluster), ['db-0 db:2', 'db-1 db:2', 'db-2 db:2']);
    const { status } = await client.get(statefulSet, ref);
    assert.equal(status?.currentRevision, status?.updateRevision);
  });
  await change(cluster, { template: template('db:bad', { [behaviourAnnotation]: 'unready' }) });
  await eventually(async () => assert.deepEqual(await members(cluster), ['db-0 db:2', 'db-1 db:2', 'db-2 db:bad']));
  await cluster.settle();
  assert.deepEqual(await members(cluster), ['db-0 db:2', 'db-1 db:2', 'db-2 db:bad']);
});

test('OnDelete updates a member only when somebody deletes it', async (t) => {
  const updateStrategy = { type: 'OnDelete' };
  const cluster = await start(t, { updateStrategy });
  await cluster.eventually(async () =>
    assert.equal((await cluster.client.get(statefulSet, ref)).status?.availableReplicas, 3),
  );
  await change(cluster, { updateStrategy, template: template('db:2') });
  await cluster.settle();
  assert.deepEqual(await members(cluster), ['db-0 db:1', 'db-1 db:1', 'db-2 db:1']);
  await cluster.client.delete(pod, { namespace: 'default', name: 'db-1' });
  await cluster.eventually(async () =>
    assert.deepEqual(await members(cluster), ['db-0 db:1', 'db-1 db:2', 'db-2 db:1']),
  );
});

test('claims go with the members when the policy says so', async (t) => {
  const policy = { whenDeleted: 'Retain', whenScaled: 'Delete' };
  const spec = { volumeClaimTemplates: [dataClaim], persistentVolumeClaimRetentionPolicy: policy };
  const cluster = await start(t, spec);
  await cluster.eventually(async () =>
    assert.equal((await cluster.client.get(statefulSet, ref)).status?.availableReplicas, 3),
  );
  await change(cluster, { ...spec, replicas: 2 });
  await cluster.eventually(async () => {
    const names = (await cluster.client.list(persistentVolumeClaim)).items.map(({ metadata }) => metadata.name).sort();
    assert.deepEqual(names, ['data-db-0', 'data-db-1']);
  });
});
