import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { lease as leaseKind } from '../../src/api/coordination/lease.ts';
import { configMap as configMapKind } from '../../src/api/core/config-map.ts';
import { node as nodeKind } from '../../src/api/core/node.ts';
import { pod as podKind } from '../../src/api/core/pod.ts';
import { secret as secretKind } from '../../src/api/core/secret.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import type { Client, View } from '../../src/client/client.ts';
import { podCgroupRoot } from '../../src/node/agent.ts';
import { dockerArchive } from '../../src/node/images/archive.ts';
import { startContainerd } from '../../src/node/runtime/containerd.ts';
import { agentLayout } from '../../src/node/runtime/containerd-config.ts';
import { connectCri } from '../../src/node/runtime/cri.ts';
import { busyboxImage } from '../images/images.ts';
import { destroyNode, startTestNode, testRuntimePaths } from './harness.ts';

const sleeper = { image: 'busybox:test', command: ['sleep', '600'] };

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false; // no such process
  }
}

test('containerd left by a killed server is replaced; its containers go on', { timeout: 60_000 }, async (t) => {
  const dataDir = await mkdtemp('/tmp/k3ts-node-');
  t.after(async () => {
    await destroyNode(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });
  const layout = agentLayout(dataDir);
  const options = {
    layout,
    paths: testRuntimePaths,
    clock: systemClock,
    log: silentLogger,
    signal: new AbortController().signal,
  };
  const source = (path: string) => new URL(`../../src/${path}`, import.meta.url).href;
  const script = `
    import { startContainerd } from '${source('node/runtime/containerd.ts')}';
    import { agentLayout } from '${source('node/runtime/containerd-config.ts')}';
    import { systemClock } from '${source('base/clock.ts')}';
    import { silentLogger } from '${source('base/log.ts')}';
    const paths = ${JSON.stringify(testRuntimePaths)};
    const layout = agentLayout(${JSON.stringify(dataDir)});
    const { pid } = await startContainerd({ layout, paths, clock: systemClock, log: silentLogger, signal: new AbortController().signal });
    console.log(pid);
    setInterval(() => undefined, 1000);`;
  const server = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  const oldPid = Number(line.toString());
  const cri = connectCri(layout.containerdSocket);
  const config = {
    metadata: { name: 'p', uid: 'u', namespace: 'default', attempt: 0 },
    linux: {
      cgroupParent: `${podCgroupRoot(dataDir)}/podu`,
      securityContext: { namespaceOptions: { network: 'NODE' as const } },
    },
  };
  const { importArchive } = (await import('../../src/node/images/ctr.ts')).createCtr({
    ctrPath: testRuntimePaths.ctr,
    socketPath: layout.containerdSocket,
  });
  const { buildPauseImage } = await import('../../src/node/images/pause.ts');
  await importArchive(buildPauseImage(await readFile(testRuntimePaths.catatonit)), options.signal);
  const { podSandboxId } = await cri.call('RunPodSandbox', { config });
  cri.close();
  server.kill('SIGKILL');
  await once(server, 'exit');
  assert.ok(alive(oldPid), 'containerd went with the server');
  const containerd = await startContainerd(options);
  assert.notEqual(containerd.pid, oldPid);
  assert.ok(!alive(oldPid), 'two containerds on one data directory');
  const again = connectCri(containerd.socketPath);
  const { items } = await again.call('ListPodSandbox', {});
  assert.deepEqual(
    items.map(({ id, state }) => [id, state]),
    [[podSandboxId, 'SANDBOX_READY']],
  );

  process.kill(containerd.pid ?? 0, 'SIGKILL');
  for (let turn = 0; containerd.problem() === undefined && turn < 500; turn++) await delay(2);
  assert.match(containerd.problem() ?? '', /^containerd ended with SIGKILL; its log is /);
  for (let turn = 0; containerd.problem() !== undefined && turn < 500; turn++) await delay(20);
  assert.equal(containerd.problem(), undefined);
  assert.equal((await again.call('PodSandboxStatus', { podSandboxId })).status?.state, 'SANDBOX_READY');
  again.close();
  await containerd.stop();
});

test('the node registers, is ready, renews its lease and takes images that appear', { timeout: 60_000 }, async (t) => {
  const node = await startTestNode(t, []);
  const get = () => node.client.get(nodeKind, { name: 'n1' });
  const ready = async () =>
    (await get().catch(() => undefined))?.status?.conditions?.find(({ type }) => type === 'Ready');
  for (let turn = 0; (await ready())?.status !== 'True' && turn < 400; turn++) await delay(20);
  assert.equal((await ready())?.message, 'kubelet is posting ready status');
  assert.equal(node.agent().status(), undefined);
  const { metadata, status } = await get();
  assert.equal(metadata.labels?.['kubernetes.io/hostname'], 'n1');
  assert.equal(metadata.labels?.['node.kubernetes.io/instance-type'], 'k3ts');
  assert.deepEqual(status?.addresses, [
    { type: 'InternalIP', address: '127.0.0.1' },
    { type: 'Hostname', address: 'n1' },
  ]);
  assert.match(status?.nodeInfo?.containerRuntimeVersion ?? '', /^containerd:\/\/2\.\d+\.\d+$/);
  assert.equal(status?.nodeInfo?.kubeletVersion, 'v1.36.0+k3ts1');
  assert.equal(status?.daemonEndpoints?.kubeletEndpoint?.Port, 10250);
  const lease = await node.client.get(leaseKind, { namespace: 'kube-node-lease', name: 'n1' });
  assert.equal(lease.spec?.holderIdentity, 'n1');
  assert.ok(Date.now() - Date.parse(lease.spec?.renewTime ?? '') < 10_000);

  await writeFile(
    join(node.agent().layout.images, 'late.tar'),
    dockerArchive(await busyboxImage('docker.io/library/busybox:late')),
  );
  await node.createPod('late', {
    containers: [{ name: 'c', image: 'busybox:late', imagePullPolicy: 'Never', command: ['sleep', '600'] }],
  });
  await node.until('late', ({ status: found }) => found?.phase === 'Running');
  await node.restart();
  assert.equal(node.logLines.filter((line) => line.includes('imported an image archive')).length, 1);

  await node.createPod('big', { containers: [{ name: 'c', ...sleeper, resources: { requests: { cpu: '999' } } }] });
  const refused = await node.until('big', ({ status: found }) => found?.phase === 'Failed');
  assert.equal(refused.status?.reason, 'OutOfcpu');
  await node.client.delete(podKind, { namespace: 'default', name: 'big' });
  await node.untilGone('big');
});

test('pods go on without a server: what was deleted meanwhile ends when it is back', { timeout: 60_000 }, async (t) => {
  const node = await startTestNode(t, [await busyboxImage('docker.io/library/busybox:test')]);
  for (const name of ['stays', 'goes']) await node.createPod(name, { containers: [{ name: 'c', ...sleeper }] });
  const before = await node.until('stays', ({ status }) => status?.phase === 'Running');
  await node.until('goes', ({ status }) => status?.phase === 'Running');
  await node.stopAgent();
  await node.client.delete(podKind, { namespace: 'default', name: 'goes' }, { gracePeriodSeconds: 0 });
  await node.restart();
  const until = Date.now() + 20_000;
  for (;;) {
    const { items } = await node.agent().cri.call('ListPodSandbox', {});
    if (items.length === 1) break;
    assert.ok(Date.now() < until, 'the deleted pod still runs');
    await delay(50);
  }
  const after = await node.getPod('stays');
  assert.equal(after.status?.containerStatuses?.[0]?.containerID, before.status?.containerStatuses?.[0]?.containerID);
  assert.equal(after.status?.containerStatuses?.[0]?.restartCount, 0);
});

test('a container is started again while the API is away, with what it named', { timeout: 60_000 }, async (t) => {
  let away = false;
  const refuse = () => Promise.reject(new Error('connect ECONNREFUSED'));
  const never: View<KubeObject> = {
    get: () => undefined,
    list: () => [],
    by: () => [],
    counts: () => new Map(),
    onChange: () => () => undefined,
    ready: (signal) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  };
  const agentClient = (client: Client): Client =>
    away
      ? {
          ...{ get: refuse, list: refuse, create: refuse, update: refuse, patch: refuse, delete: refuse },
          ...{ deleteCollection: refuse, createSubresource: refuse, watch: client.watch.bind(client) },
          view: () => never as View<never>,
        }
      : client;
  const node = await startTestNode(t, [await busyboxImage('docker.io/library/busybox:test')], { agentClient });
  const metadata = { namespace: 'default', name: 'settings' };
  await node.client.create(configMapKind, { metadata, data: { greeting: 'hello' } });
  await node.client.create(secretKind, { metadata, data: { word: Buffer.from('hush').toString('base64') } });
  await node.createPod('p', {
    serviceAccountName: 'default',
    containers: [
      {
        name: 'c',
        ...sleeper,
        command: ['sh', '-c', 'echo "$greeting $word $(cat /v/word) $(cat /v/token)"; exec sleep 600'],
        envFrom: [{ configMapRef: { name: 'settings' } }],
        env: [{ name: 'word', valueFrom: { secretKeyRef: { name: 'settings', key: 'word' } } }],
        volumeMounts: [{ name: 'v', mountPath: '/v' }],
      },
    ],
    volumes: [
      {
        name: 'v',
        projected: { sources: [{ secret: { name: 'settings' } }, { serviceAccountToken: { path: 'token' } }] },
      },
    ],
  });
  await node.until('p', ({ status }) => status?.phase === 'Running');
  const kept = join(node.agent().layout.checkpoints, 'objects');
  const wanted = ['configmaps_default_settings.json', 'secrets_default_settings.json'];
  for (let turn = 0; (await readdir(kept)).length < 2 && turn < 100; turn++) await delay(20);
  assert.deepEqual((await readdir(kept)).sort(), wanted);
  for (const name of wanted) assert.equal((await stat(join(kept, name))).mode & 0o777, 0o600);

  away = true;
  await node.restart();
  const found = () => node.agent().findContainer('default', 'p', 'c')?.container;
  for (let turn = 0; turn < 500 && found()?.state !== 'running'; turn++) await delay(20);
  const first = found();
  assert.equal(first?.state, 'running');
  assert.equal(first.attempt, 0, 'the start of the agent left it alone');
  await node.agent().cri.call('StopContainer', { containerId: first.id, timeout: 0 });
  for (let turn = 0; turn < 1000 && (found()?.attempt !== 1 || found()?.state !== 'running'); turn++) await delay(20);
  assert.equal(found()?.state, 'running', node.logLines.slice(-20).join(''));
  for (let turn = 0; turn < 100 && !(await node.logs('p')).includes('hello'); turn++) await delay(20);
  assert.match(await node.logs('p'), /hello hush hush token-\d+-of-default/);

  away = false;
  await node.restart();
  await node.client.delete(podKind, { namespace: 'default', name: 'p' }, { gracePeriodSeconds: 0 });
  for (let turn = 0; (await readdir(kept)).length > 0 && turn < 500; turn++) await delay(20);
  assert.deepEqual(await readdir(kept), [], 'nobody names them any more');
});
