import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lease } from '../../api/coordination/lease.ts';
import { node } from '../../api/core/node.ts';
import { pod } from '../../api/core/pod.ts';
import { formatMicroTime } from '../../api/object.ts';
import { podGarbageCollector } from '../pod-garbage-collector/pod-garbage-collector.ts';
import { taintEvictionController } from '../taint-eviction/taint-eviction.ts';
import { startCluster, type TestCluster } from '../testing/cluster.ts';
import { nodeLifecycleController } from './node-lifecycle.ts';

const tolerations = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map((key) => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}));

function runningPod(name: string, nodeName: string) {
  return {
    metadata: { namespace: 'default', name },
    spec: { nodeName, tolerations, containers: [{ name: 'a', image: 'a' }] },
  };
}

/** Renews the lease of a node. */
async function renew({ client, clock }: TestCluster, name: string) {
  const ref = { namespace: 'kube-node-lease', name };
  const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: formatMicroTime(clock.now()) };
  const existing = client.view(lease).get(`kube-node-lease/${name}`);
  if (existing) await client.update(lease, { ...existing, spec });
  else await client.create(lease, { metadata: ref, spec });
}

async function pass(cluster: TestCluster, seconds: number, alive: readonly string[]) {
  for (let done = 0; done < seconds; done += 10) {
    for (const name of alive) await renew(cluster, name);
    await cluster.clock.advance(10_000);
    await cluster.settle();
  }
}

async function taints({ client }: TestCluster, name: string) {
  const { spec } = await client.get(node, { name });
  return (spec?.taints ?? []).map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`).sort();
}

const controllers = () => [nodeLifecycleController(), taintEvictionController, podGarbageCollector()];

test('a node that falls silent becomes Unknown, its pods not ready, and in the end they go', async (t) => {
  const cluster = await startCluster(t, { controllers: controllers(), nodes: ['alive', 'silent'] });
  const { client } = cluster;
  await client.view(lease).ready();
  for (const name of ['alive', 'silent']) await client.create(pod, runningPod(`on-${name}`, name));
  await pass(cluster, 60, ['alive', 'silent']);
  assert.deepEqual(await taints(cluster, 'silent'), []);
  await pass(cluster, 60, ['alive']);
  assert.deepEqual(await taints(cluster, 'silent'), ['unreachable:NoExecute', 'unreachable:NoSchedule']);
  assert.deepEqual(await taints(cluster, 'alive'), []);
  const ready = (await client.get(node, { name: 'silent' })).status?.conditions?.find(({ type }) => type === 'Ready');
  assert.deepEqual(
    [ready?.status, ready?.reason, ready?.message],
    ['Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.'],
  );
  const lost = await client.get(pod, { namespace: 'default', name: 'on-silent' });
  assert.equal(lost.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'False');
  await pass(cluster, 310, ['alive']);
  const names = (await client.list(pod)).items.map(({ metadata }) => metadata.name);
  assert.deepEqual(names, ['on-alive']);
  assert.ok(
    cluster.events.some(
      ({ reason, message }) =>
        reason === 'TaintManagerEviction' && message === 'Marking for deletion Pod default/on-silent',
    ),
  );
});

test('the only node that falls silent keeps its pods, and is welcome back', async (t) => {
  const cluster = await startCluster(t, { controllers: controllers(), nodes: ['only'] });
  const { client } = cluster;
  await client.view(lease).ready();
  await client.create(pod, runningPod('a', 'only'));
  await pass(cluster, 20, ['only']);
  await pass(cluster, 600, []);
  assert.deepEqual(await taints(cluster, 'only'), ['unreachable:NoSchedule']);
  assert.equal((await client.list(pod)).items.length, 1);
  const object = await client.get(node, { name: 'only' });
  const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'ready' }];
  await client.update(node, { ...object, status: { ...object.status, conditions } }, { subresource: 'status' });
  await pass(cluster, 10, ['only']);
  assert.deepEqual(await taints(cluster, 'only'), []);
});

test('pods of a node that was deleted are given up after a while', async (t) => {
  const cluster = await startCluster(t, { controllers: controllers(), nodes: ['stays', 'leaves'] });
  const { client } = cluster;
  await client.create(pod, runningPod('a', 'leaves'));
  await cluster.settle();
  await client.delete(node, { name: 'leaves' });
  await pass(cluster, 30, []);
  assert.equal((await client.list(pod)).items.length, 1, 'the node may come back');
  await pass(cluster, 40, []);
  assert.equal((await client.list(pod)).items.length, 0);
});
