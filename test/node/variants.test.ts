import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pod as podKind } from '../../src/api/core/pod.ts';
import { busyboxImage } from '../images/images.ts';
import { startTestNode } from './harness.ts';

const image = 'busybox:test';

test('pods of other shapes', { timeout: 60_000 }, async (t) => {
  const node = await startTestNode(t, [await busyboxImage('docker.io/library/busybox:test')]);
  const ref = (name: string) => ({ namespace: 'default', name });
  const remove = async (name: string) => {
    await node.client.delete(podKind, ref(name), { gracePeriodSeconds: 0 });
    await node.untilGone(name);
  };

  await t.test('the host’s network, processes and one process namespace', async () => {
    await node.createPod('host', {
      hostNetwork: true,
      hostPID: true,
      containers: [{ name: 'c', image, command: ['sleep', '600'] }],
    });
    const pod = await node.until('host', ({ status }) => status?.phase === 'Running');
    assert.equal(pod.status?.podIP, '127.0.0.1');
    assert.match(await node.exec('host', ['cat', `/proc/${process.pid}/cmdline`]), /variants\.test\.ts|node/);
    await remove('host');
    await node.createPod('shared', {
      shareProcessNamespace: true,
      containers: [
        { name: 'a', image, command: ['sleep', '601'] },
        { name: 'b', image, command: ['sleep', '602'] },
      ],
    });
    await node.until('shared', ({ status }) => status?.phase === 'Running');
    assert.match(await node.exec('shared', ['ps'], 'b'), /sleep 601/);
    await remove('shared');
  });

  await t.test('an ephemeral container joins a running pod', async () => {
    await node.createPod('debugged', { containers: [{ name: 'c', image, command: ['sleep', '603'] }] });
    await node.until('debugged', ({ status }) => status?.phase === 'Running');
    const body = {
      spec: { ephemeralContainers: [{ name: 'debug', image, command: ['sleep', '604'], targetContainerName: 'c' }] },
    };
    await node.client.patch(
      podKind,
      ref('debugged'),
      { type: 'strategic', body },
      { subresource: 'ephemeralcontainers' },
    );
    await node.until('debugged', ({ status }) => status?.ephemeralContainerStatuses?.[0]?.state?.running !== undefined);
    assert.match(await node.exec('debugged', ['ps'], 'debug'), /sleep 603/);
    await remove('debugged');
  });

  await t.test('last words come from the log where that was asked for', async () => {
    const script = 'echo one; echo two >&2; exit 9';
    await node.createPod('words', {
      restartPolicy: 'Never',
      containers: [
        { name: 'c', image, command: ['sh', '-c', script], terminationMessagePolicy: 'FallbackToLogsOnError' },
      ],
    });
    const pod = await node.until('words', ({ status }) => status?.phase === 'Failed');
    const ended = pod.status?.containerStatuses?.[0]?.state?.terminated;
    assert.equal(ended?.exitCode, 9);
    assert.deepEqual(ended?.message?.split('\n').toSorted(), ['', 'one', 'two']);
    await remove('words');
  });

  await t.test('a program that is not there: the error is shown, and tried again', async () => {
    await node.createPod('typo', { containers: [{ name: 'c', image, command: ['/no/such/program'] }] });
    const pod = await node.until(
      'typo',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
    );
    assert.match(pod.status?.containerStatuses?.[0]?.lastState?.terminated?.message ?? '', /no such file or directory/);
    assert.ok(
      node.events.some(
        ({ about, reason, message }) => about === 'typo' && reason === 'Failed' && message.includes('/no/such/program'),
      ),
    );
    await remove('typo');
  });
});
