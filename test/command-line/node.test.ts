import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Node } from '../../src/api/schema/generated/types/core-v1.ts';
import { startCluster } from '../harness/cluster.ts';
import { image, shell } from '../harness/objects.ts';
import { until } from '../harness/wait.ts';

test("a node set up by kubelet's flags, with a pod of its manifests folder", { timeout: 180_000 }, async (t) => {
  const flags = ['max-pods=7', 'system-reserved=cpu=250m,memory=1Gi', 'pod-max-pids=40'];
  const cluster = await startCluster(t, { flags: flags.flatMap((flag) => ['--kubelet-arg', flag]) });

  await t.test('the node shows what was set', async () => {
    const { status } = await cluster.get<Node>('node', cluster.nodeName);
    assert.equal(status?.capacity?.['pods'], '7');
    assert.equal(status?.allocatable?.['pods'], '7');
    const memory = (text: string | undefined) => Number.parseInt(text ?? '', 10);
    assert.equal(memory(status?.capacity?.['memory']) - memory(status?.allocatable?.['memory']), 1024 * 1024);
  });

  const name = `web-${cluster.nodeName}`;
  const manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { terminationGracePeriodSeconds: 1, containers: [shell('echo up; exec sleep 600', { image })] },
  };
  await writeFile(join(cluster.dataDir, 'agent/pod-manifests/web.json'), JSON.stringify(manifest));

  await t.test('a static pod runs, and kubectl sees it as any other', async () => {
    await until('the mirror pod', async () => (await cluster.tryKubectl(['get', 'pod', name])).exitCode === 0, {});
    await cluster.wait(`pod/${name}`, 'condition=Ready');
    assert.equal(await cluster.logs(name), 'up\n');
    assert.equal(await cluster.exec(name, 'echo', 'inside'), 'inside\n');
    assert.match(await cluster.kubectl(['describe', 'pod', name]), /Controlled By:\s+Node\/n1[\s\S]*Container started/);
  });

  await t.test('a pod has no more processes than allowed', async () => {
    const forks = 'i=0; while [ $i -lt 60 ]; do sleep 5 & i=$((i+1)); done';
    const { stderr } = await cluster.tryKubectl(['exec', name, '--', 'sh', '-c', forks]);
    assert.match(stderr, /can't fork/);
  });

  const crictl = async (args: readonly string[], input = '') =>
    cluster.k3ts(['crictl', '--data-dir', cluster.dataDir, ...args], { input });

  await t.test('crictl exec takes input and gives the exit status', async () => {
    const id = (await crictl(['ps', '-q'])).stdout.trim();
    const { stdout, stderr, exitCode } = await crictl(['exec', '-i', id, 'sh'], 'echo out; echo err >&2; exit 4\n');
    assert.deepEqual([stdout, stderr, exitCode], ['out\n', 'err\n', 4]);
    const missing = await crictl(['exec', '-it', id, '/none']);
    assert.equal(missing.exitCode, 1);
    assert.match(missing.stderr, /^k3ts crictl: .*\/none.*no such file/);
  });

  await t.test('a killed server is not taken for one that runs', async () => {
    await cluster.kill();
    const { stdout, exitCode } = await cluster.k3ts(['status', '--data-dir', cluster.dataDir]);
    assert.match(stdout, /^- server {2}none runs on /);
    assert.equal(exitCode, 1);
  });
});
