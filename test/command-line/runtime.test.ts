import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readProcesses } from '../../src/cli/killall/processes.ts';
import { runK3ts } from '../harness/k3ts.ts';
import { until } from '../harness/wait.ts';
import { busyboxImage } from '../images/images.ts';
import { startTestNode } from '../node/harness.ts';

const image = 'docker.io/library/busybox:crictl';

test('crictl and ctr show and use what containerd runs; killall ends it', { timeout: 120_000 }, async (t) => {
  const node = await startTestNode(t, [await busyboxImage(image)]);
  const command = ['sh', '-c', 'echo hello; echo problem >&2; exec sleep 3600'];
  await node.createPod('web', { containers: [{ name: 'c', image, command }] });
  await node.until('web', ({ status }) => status?.phase === 'Running');
  const asked = async (...args: string[]) => {
    const result = await runK3ts(['crictl', '--data-dir', node.dataDir, ...args]);
    assert.equal(result.exitCode, 0, result.stderr);
    return result.stdout;
  };

  await t.test('ps, pods, images and stats', async () => {
    assert.match(await asked('pods'), /^POD ID +CREATED +STATE.*\n[\da-f]{13} +\d+s +Ready +web +default +0\n$/);
    assert.match(await asked('ps'), /\n[\da-f]{13} +.*Running +c +0 +[\da-f]{13} +web\n$/);
    assert.match(await asked('images'), /docker\.io\/library\/busybox:crictl +[\da-f]{13} +[\d.]+MB/);
    assert.match(await asked('stats'), /\n[\da-f]{13} +c +\d+\.\d\d +[\d.]+[kM]?B/);
  });
  const id = (await asked('ps', '-q')).trim();
  await t.test('logs, exec and inspect of a container by its shortened id', async () => {
    const logs = await until('both lines in the log', async () => {
      const result = await runK3ts(['crictl', '-d', node.dataDir, 'logs', id.slice(0, 8)]);
      return result.stdout !== '' && result.stderr !== '' && result;
    });
    assert.deepEqual([logs.stdout, logs.stderr], ['hello\n', 'problem\n']);
    assert.equal(await asked('exec', id.slice(0, 8), 'hostname'), 'web\n');
    const failing = await runK3ts(['crictl', '-d', node.dataDir, 'exec', id, 'sh', '-c', 'exit 7']);
    assert.equal(failing.exitCode, 7);
    assert.equal(JSON.parse(await asked('inspect', id)).status.state, 'CONTAINER_RUNNING');
    assert.equal(JSON.parse(await asked('info')).version.runtimeName, 'containerd');
  });
  await t.test('ctr is on the same socket', async () => {
    const tasks = await runK3ts(['ctr', 'tasks', 'list', '-q'], { env: { K3TS_DATA_DIR: node.dataDir } });
    assert.ok(tasks.stdout.includes(id), tasks.stderr);
  });
  await t.test('killall ends the pod after the server is gone, and leaves nothing but the data', async () => {
    await node.stopAgent();
    const ours = () =>
      readProcesses().filter((each) => [each.rootMount, ...each.args].some((text) => text.includes(node.dataDir)));
    assert.ok(ours().length > 0, 'the pod went on');
    const result = await runK3ts(['killall', '--data-dir', node.dataDir]);
    assert.equal(result.exitCode, 0, result.stderr);
    assert.match(result.stdout, /removed process \d+ containerd-shim-runc-v2/);
    assert.deepEqual(ours(), []);
    assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes(node.dataDir));
    const again = await runK3ts(['killall', '--data-dir', node.dataDir]);
    assert.match(again.stdout, /^nothing of /);
  });
});
