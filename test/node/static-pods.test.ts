import assert from 'node:assert/strict';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pod as podKind } from '../../src/api/core/pod.ts';
import { busyboxImage } from '../images/images.ts';
import { startTestNode } from './harness.ts';

const manifest = (seconds: number) => `
apiVersion: v1
kind: Pod
metadata: {name: static, labels: {app: static}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - {name: c, image: busybox:test, command: [sleep, "${seconds}"]}
`;

test('static pods run, are shown, stay when their mirror is deleted, change and go', { timeout: 60_000 }, async (t) => {
  const node = await startTestNode(t, [await busyboxImage('docker.io/library/busybox:test')]);
  const folder = node.agent().layout.podManifests;
  const file = join(folder, 'static.yaml');
  const put = async (text: string) => {
    await writeFile(`${file}.tmp`, text);
    await rename(`${file}.tmp`, file);
  };
  const mirror = async () => (await node.client.list(podKind, { namespace: 'default' })).items[0];
  const shown = async (check: (found: Awaited<ReturnType<typeof mirror>>) => unknown) => {
    let last = await mirror();
    for (let turn = 0; turn < 1000 && !check(last); turn++) {
      await delay(20);
      last = await mirror();
    }
    assert.ok(check(last), `${JSON.stringify(last)}\n${node.logLines.slice(-10).join('')}`);
    return last;
  };
  await put(manifest(600));
  const first = await shown((found) => found?.status?.phase === 'Running');
  assert.equal(first?.metadata.name, 'static-n1');
  assert.equal(first.metadata.ownerReferences?.[0]?.kind, 'Node');
  assert.equal(first.metadata.annotations?.['kubernetes.io/config.source'], 'file');
  const container = first.status?.containerStatuses?.[0]?.containerID;

  await node.client.delete(podKind, { namespace: 'default', name: 'static-n1' });
  const second = await shown(
    (found) => found && found.metadata.uid !== first.metadata.uid && found.status?.phase === 'Running',
  );
  assert.equal(second?.status?.containerStatuses?.[0]?.containerID, container, 'the pod itself was left alone');

  await node.restart();
  await delay(500);
  const third = await shown((found) => found?.status?.phase === 'Running');
  assert.equal(third?.metadata.uid, second?.metadata.uid);
  assert.equal(third?.status?.containerStatuses?.[0]?.containerID, container, 'a start of the agent leaves it alone');

  await put(manifest(601));
  const changed = await shown(
    (found) =>
      found?.status?.phase === 'Running' &&
      found.status.containerStatuses?.[0]?.containerID !== container &&
      found.spec?.containers[0]?.command?.[1] === '601',
  );
  assert.notEqual(changed?.metadata.uid, third?.metadata.uid);

  await rm(file);
  await shown((found) => found === undefined);
  assert.deepEqual((await node.agent().cri.call('ListPodSandbox', {})).items, []);

  await put('kind: Deployment');
  for (let turn = 0; turn < 200 && !node.logLines.some((line) => line.includes('cannot use a static pod')); turn++)
    await delay(20);
  assert.match(
    node.logLines.join(''),
    /cannot use a static pod .*static\.yaml.*must be one object of apiVersion v1 and kind Pod/,
  );
});
