import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replicaSet } from '../../api/apps/replica-set.ts';
import { pod as podKind } from '../../api/core/pod.ts';
import { controllerOf } from '../../api/object.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { startCluster } from '../testing/cluster.ts';
import { deletionOrder } from './rank.ts';
import { replicaSetController } from './replica-set.ts';

const nowMs = Date.UTC(2026, 0, 2);

function pod(
  name: string,
  extra: { node?: string; phase?: string; readySince?: string; cost?: string; restarts?: number } = {},
): Pod {
  const { node = 'n1', phase = 'Running', readySince = '2026-01-01T00:00:00Z', restarts = 0 } = extra;
  const annotations = extra.cost === undefined ? {} : { 'controller.kubernetes.io/pod-deletion-cost': extra.cost };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name, annotations, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { containers: [], ...(node && { nodeName: node }) },
    status: {
      phase,
      conditions: [
        {
          type: 'Ready',
          status: readySince ? 'True' : 'False',
          lastTransitionTime: readySince || '2026-01-01T00:00:00Z',
        },
      ],
      containerStatuses: [{ name: 'a', image: 'a', imageID: '', ready: true, restartCount: restarts }],
    },
  };
}

const plain = pod('plain');
const rows = [
  { name: 'unassigned', first: pod('first', { node: '', phase: 'Pending', readySince: '' }) },
  { name: 'pending', first: pod('first', { phase: 'Pending' }) },
  { name: 'not ready', first: pod('first', { readySince: '' }) },
  { name: 'cheap to delete', first: pod('first', { cost: '-5' }) },
  { name: 'ready for a much shorter time', first: pod('first', { readySince: '2026-01-01T23:00:00Z' }) },
  { name: 'restarted more often', first: pod('first', { restarts: 3 }) },
];
for (const { name, first } of rows)
  test(`a scale-down first takes pods that are ${name}`, () => {
    const order = deletionOrder([plain, first], { podsOnNode: new Map(), nowMs });
    assert.deepEqual(
      order.map(({ metadata }) => metadata.name),
      ['first', 'plain'],
    );
  });

test('a scale-down first takes pods from crowded nodes', () => {
  const podsOnNode = new Map([
    ['n1', 1],
    ['n2', 2],
  ]);
  const order = deletionOrder([plain, pod('crowded', { node: 'n2' })], { podsOnNode, nowMs });
  assert.equal(order[0]?.metadata.name, 'crowded');
});

const ref = { namespace: 'default', name: 'web' };
const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a' }] } };

test('matching pods without a controller are adopted, pods that match no more are let go', async (t) => {
  const { client, eventually } = await startCluster(t, { controllers: [replicaSetController] });
  const orphan = await client.create(podKind, {
    metadata: { namespace: 'default', name: 'orphan', labels },
    spec: template.spec,
  });
  const set = await client.create(replicaSet, {
    metadata: ref,
    spec: { replicas: 2, selector: { matchLabels: labels }, template },
  });
  const owned = async () => {
    const { items } = await client.list(podKind);
    return items.filter((one) => controllerOf(one)?.uid === set.metadata.uid);
  };
  await eventually(async () => {
    const pods = await owned();
    assert.equal(pods.length, 2);
    assert.ok(pods.some(({ metadata }) => metadata.uid === orphan.metadata.uid));
    assert.equal((await client.get(replicaSet, ref)).status?.readyReplicas, 2);
  });
  await client.patch(
    podKind,
    { namespace: 'default', name: 'orphan' },
    { type: 'merge', body: { metadata: { labels: { app: 'debug' } } } },
  );
  await eventually(async () => {
    assert.equal((await owned()).length, 2, 'a new one took its place');
    assert.equal(controllerOf(await client.get(podKind, { namespace: 'default', name: 'orphan' })), undefined);
  });
});

test('a pod counts as available only after minReadySeconds', async (t) => {
  const { client, eventually, settle, clock } = await startCluster(t, { controllers: [replicaSetController] });
  await client.create(replicaSet, {
    metadata: ref,
    spec: { replicas: 1, minReadySeconds: 30, selector: { matchLabels: labels }, template },
  });
  await eventually(async () => assert.equal((await client.get(replicaSet, ref)).status?.readyReplicas, 1));
  await settle();
  assert.equal((await client.get(replicaSet, ref)).status?.availableReplicas ?? 0, 0);
  await clock.advance(31_000);
  await eventually(async () => assert.equal((await client.get(replicaSet, ref)).status?.availableReplicas, 1));
});
