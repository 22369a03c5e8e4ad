import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pod as podKind } from '../../src/api/core/pod.ts';
import { busyboxImage } from '../images/images.ts';
import { startTestNode } from './harness.ts';

const image = 'docker.io/library/busybox:test';

test('a pod is started, watched and stopped through the CRI', { timeout: 60_000 }, async (t) => {
  const node = await startTestNode(t, [await busyboxImage(image)]);
  const startedMs = performance.now();
  await node.createPod('web', {
    containers: [{ name: 'c', image: 'busybox:test', command: ['sh', '-c', 'echo hello; exec sleep 3600'] }],
  });
  const running = await node.until('web', ({ status }) => status?.phase === 'Running');
  t.diagnostic(`to Running: ${Math.round(performance.now() - startedMs)} ms`);
  const [status] = running.status?.containerStatuses ?? [];
  assert.equal(status?.ready, true);
  assert.match(status?.containerID ?? '', /^containerd:\/\/[0-9a-f]{64}$/);
  assert.match(running.status?.podIP ?? '', /^10\.213\.77\./);
  assert.match(await node.logs('web'), /stdout F hello/);
  assert.equal(await node.exec('web', ['hostname']), 'web\n');
  await node.client.delete(podKind, { namespace: 'default', name: 'web' });
  await node.untilGone('web');
  assert.equal((await node.agent().cri.call('ListPodSandbox', {})).items.length, 0);
});
