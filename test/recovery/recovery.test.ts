import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Pod } from '../../src/api/schema/generated/types/core-v1.ts';
import { processesOf, readProcesses } from '../../src/cli/killall/processes.ts';
import { podCgroupRoot } from '../../src/node/agent.ts';
import { type Cluster, startCluster } from '../harness/cluster.ts';
import { manifest, pod, podSpec, service, shell, webContainer, workload } from '../harness/objects.ts';
import { until } from '../harness/wait.ts';

/** Each container with its id and how often it was restarted: equal before and after when nobody touched them. */
async function containers(cluster: Cluster): Promise<readonly string[]> {
  const { items } = JSON.parse(await cluster.kubectl(['get', 'pods', '-o', 'json'])) as { items: readonly Pod[] };
  return items
    .flatMap(({ metadata, status }) =>
      (status?.containerStatuses ?? []).map(
        (each) => `${metadata.name} ${each.containerID} ${each.restartCount} ${each.ready}`,
      ),
    )
    .sort();
}

async function busyCluster(t: TestContext): Promise<Cluster & { ask(): Promise<string> }> {
  const cluster = await startCluster(t);
  await cluster.apply(
    manifest(
      workload('Deployment', 'web', podSpec(webContainer()), { replicas: 2 }),
      service('web', { clusterIP: '10.43.0.80' }),
      pod('counter', shell('i=0; while :; do i=$((i+1)); echo $i; sleep 0.2; done')),
    ),
  );
  await cluster.rollout('deployment/web');
  await cluster.wait('pod/counter', 'condition=Ready');
  const ask = async () => (await cluster.inside(['curl', '-sfm2', 'http://10.43.0.80/'])).stdout;
  await until('the Service to follow its endpoints', ask);
  return Object.assign(cluster, { ask });
}

test('a server that is killed finds its pods again as they were', { timeout: 120_000 }, async (t) => {
  const cluster = await busyCluster(t);
  const before = await containers(cluster);
  await cluster.apply(manifest(pod('last', shell('sleep 3600'))));
  await cluster.kubectl(['scale', 'deployment', 'web', '--replicas=3']);
  await cluster.kill();
  assert.match(await cluster.ask(), /^web-/, 'the workload goes on');
  await cluster.start();
  await cluster.ready();
  await cluster.wait('pod/last', 'condition=Ready');
  await cluster.rollout('deployment/web');
  const after = await containers(cluster);
  assert.equal(after.length, before.length + 2);
  for (const container of before) assert.ok(after.includes(container), `${container} in ${after}`);
  const lines = (await cluster.logs('counter')).trim().split('\n').map(Number);
  assert.deepEqual(
    lines,
    lines.map((_, at) => at + 1),
    'no line of its output is missing',
  );
  await cluster.kubectl(['delete', 'pod', 'counter', 'last', '--now']);
});

test('a server that is told to stop leaves its pods to the next', { timeout: 120_000 }, async (t) => {
  const cluster = await busyCluster(t);
  const before = await containers(cluster);
  assert.equal(await cluster.stop(), 0);
  assert.match(await cluster.ask(), /^web-/);
  await cluster.start();
  await cluster.ready();
  assert.deepEqual(await containers(cluster), before);
});

test('a killed containerd is started again, and the pods go on', { timeout: 120_000 }, async (t) => {
  const cluster = await busyCluster(t);
  const before = await containers(cluster);
  const find = () =>
    readProcesses().find(({ args, parent }) => parent === cluster.pid && args[0]?.endsWith('/containerd'));
  const killed = await until('containerd', find);
  process.kill(killed.pid, 'SIGKILL');
  await until('another containerd', () => (find()?.pid ?? killed.pid) !== killed.pid);
  await cluster.apply(manifest(pod('after', shell('sleep 3600'))));
  await cluster.wait('pod/after', 'condition=Ready');
  await cluster.kubectl(['delete', 'pod', 'after', '--now']);
  await until('the pods to be seen as before', async () => String(await containers(cluster)) === String(before));
});

test('killall leaves nothing on the machine but the data', { timeout: 120_000 }, async (t) => {
  const cluster = await busyCluster(t);
  await cluster.apply(
    manifest(pod('host-port', { ...webContainer(), ports: [{ containerPort: 8080, hostPort: 18080, name: 'http' }] })),
  );
  await cluster.wait('pod/host-port', 'condition=Ready');
  assert.equal(
    (await cluster.outside(['curl', '-sfm2', `http://${cluster.network.nodeAddress}:18080/`])).stdout,
    'host-port\n',
  );
  await cluster.kill();
  const result = await cluster.k3ts(['killall', '--data-dir', cluster.dataDir]);
  assert.equal(result.exitCode, 0, result.stderr);

  assert.deepEqual(processesOf(readProcesses(), cluster.dataDir), []);
  assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes(cluster.dataDir), 'mounts');
  const links = JSON.parse((await cluster.inside(['ip', '-json', 'link'])).stdout) as readonly { ifname: string }[];
  assert.deepEqual(links.map(({ ifname }) => ifname).sort(), ['eth0', 'lo']);
  assert.equal((await cluster.inside([join(runtime, 'aux/nft'), 'list', 'tables'])).stdout, '');
  const routes = (await cluster.inside(['ip', 'route'])).stdout;
  assert.doesNotMatch(routes, /10\.4[23]\./);
  assert.deepEqual(controlGroups(cluster.dataDir), []);
  const again = await cluster.k3ts(['killall', '--data-dir', cluster.dataDir]);
  assert.match(again.stdout, /^nothing of /);

  // And what stayed is enough to go on.
  await cluster.start();
  await cluster.ready();
  await cluster.rollout('deployment/web');
});

const runtime = new URL('../../.cache/runtime/current/', import.meta.url).pathname;

function controlGroups(dataDir: string): readonly string[] {
  const root = podCgroupRoot(dataDir);
  return ['', ...readdirSync('/sys/fs/cgroup')]
    .map((hierarchy) => join('/sys/fs/cgroup', hierarchy, root))
    .filter(existsSync);
}

test('damaged files are named, and nothing is changed', { timeout: 120_000 }, async (t) => {
  const cluster = await startCluster(t);
  await cluster.stop();
  const refusal = async () => {
    const already = (await cluster.log()).length;
    await assert.rejects(cluster.start(), /ended with status 1/);
    return (await cluster.log()).slice(already);
  };
  const tls = join(cluster.dataDir, 'server/tls');
  for (const name of ['server-ca.crt', 'client-admin.key', 'serving-kube-apiserver.crt', 'service.key']) {
    const path = join(tls, name);
    const whole = readFileSync(path);
    await truncate(path, 40);
    assert.match(await refusal(), new RegExp(`${path.replaceAll('.', '\\.')}`), name);
    await writeFile(path, whole);
  }
  const path = join(cluster.dataDir, 'server/db/state.db');
  const whole = readFileSync(path);
  await writeFile(path, Buffer.concat([Buffer.from('no database'.padEnd(4096, '.')), whole.subarray(4096)]));
  assert.match(await refusal(), new RegExp(path.replaceAll('.', '\\.')));
  await writeFile(path, whole);
  await cluster.start();
  await cluster.ready();
});
