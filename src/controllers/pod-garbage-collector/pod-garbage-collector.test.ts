import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pod } from '../../api/core/pod.ts';
import { startCluster } from '../testing/cluster.ts';
import { behaviourAnnotation } from '../testing/pretended-node.ts';
import { podGarbageCollector } from './pod-garbage-collector.ts';

test('of pods that have ended only the newest stay; those that run stay', async (t) => {
  const cluster = await startCluster(t, {
    controllers: [podGarbageCollector({ maxTerminated: 2, periodMs: 60_000 })],
    nodes: ['one'],
  });
  const { client } = cluster;
  const spec = { nodeName: 'one', containers: [{ name: 'a', image: 'a' }] };
  for (const name of ['ended-1', 'ended-2', 'ended-3', 'ended-4', 'runs']) {
    await client.create(pod, {
      metadata: { namespace: 'default', name, annotations: { [behaviourAnnotation]: 'pending' } },
      spec,
    });
    if (name !== 'runs')
      await client.patch(
        pod,
        { namespace: 'default', name },
        { type: 'merge', body: { status: { phase: 'Succeeded' } } },
        { subresource: 'status' },
      );
    await cluster.clock.advance(1000);
  }
  await cluster.clock.advance(61_000);
  await cluster.settle();
  const names = (await client.list(pod)).items.map(({ metadata }) => metadata.name);
  assert.deepEqual(names, ['ended-3', 'ended-4', 'runs']);
});
