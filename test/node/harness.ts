import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { namespace as namespaceKind } from '../../src/api/core/namespace.ts';
import { pod as podKind } from '../../src/api/core/pod.ts';
import { builtInKinds } from '../../src/api/kinds.ts';
import type { Pod, PodSpec } from '../../src/api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../src/api/status.ts';
import { createInProcessClient } from '../../src/apiserver/in-process-client.ts';
import { openRegistry } from '../../src/apiserver/registry/registry.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createLogger } from '../../src/base/log.ts';
import { run } from '../../src/base/process.ts';
import type { Client } from '../../src/client/client.ts';
import { createNodeAgent, type NodeAgent, podCgroupRoot } from '../../src/node/agent.ts';
import { dockerArchive, type ImageContent } from '../../src/node/images/archive.ts';
import { startContainerd } from '../../src/node/runtime/containerd.ts';
import { agentLayout, type RuntimePaths } from '../../src/node/runtime/containerd-config.ts';
import { connectCri } from '../../src/node/runtime/cri.ts';
import { defaultNodeSettings } from '../../src/node/settings.ts';
import { mountPointsBelow, unmount } from '../../src/node/volumes/mount.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';

const runtime = new URL('../../.cache/runtime/current/', import.meta.url).pathname;

export const testRuntimePaths: RuntimePaths = {
  containerd: join(runtime, 'bin/containerd'),
  shim: join(runtime, 'bin/containerd-shim-runc-v2'),
  ctr: join(runtime, 'bin/ctr'),
  runc: join(runtime, 'bin/runc'),
  catatonit: join(runtime, 'bin/catatonit'),
  cniBinDir: join(runtime, 'cni'),
};

export interface TestNode {
  readonly client: Client;
  readonly dataDir: string;
  /** The agent that runs now; `restart` replaces it. */
  readonly agent: () => NodeAgent;
  readonly events: readonly { about: string; type: string; reason: string; message: string }[];
  readonly logLines: readonly string[];
  /** Stops the agent and starts another one on the same data, as an upgrade does. */
  restart(): Promise<void>;
  stopAgent(): Promise<void>;
  createPod(name: string, spec: Omit<PodSpec, 'nodeName'>, metadata?: Pod['metadata']): Promise<Pod>;
  getPod(name: string): Promise<Pod>;
  /** Waits until the pod, as the API shows it, passes; fails with its last state and the agent's log. */
  until(name: string, check: (pod: Pod) => boolean, timeoutMs?: number): Promise<Pod>;
  untilGone(name: string, timeoutMs?: number): Promise<void>;
  /** Output of a command in a container. */
  exec(pod: string, command: readonly string[], container?: string): Promise<string>;
  logs(pod: string, container?: string): Promise<string>;
}

export interface TestNodeOptions {
  /** Of an API server that the test has. Default: a registry of the node's own, without a server. */
  readonly client?: Client;
  /** What the node says its own port is. */
  readonly kubeletPort?: number;
  /** What the agent gets instead of the client, asked at each start. */
  readonly agentClient?: (client: Client) => Client;
}

/** A real registry, a real containerd, real containers in a folder of their own; everything is taken away with the test. */
export async function startTestNode(
  t: TestContext,
  images: readonly ImageContent[],
  { client: given, kubeletPort = 10250, agentClient = (client) => client }: TestNodeOptions = {},
): Promise<TestNode> {
  const dataDir = await mkdtemp('/tmp/k3ts-node-');
  const layout = agentLayout(dataDir);
  const logLines: string[] = [];
  const log = createLogger({ level: 'info', write: (line) => logLines.push(line) });
  const store = await openSqliteStore({ file: join(dataDir, 'state.db') });
  const registry = await openRegistry({ store, kinds: builtInKinds, clock: systemClock });
  const tokens = { issued: 0 };
  const own = createInProcessClient({
    registry,
    user: { name: 'system:node:n1', groups: ['system:nodes'] },
    // Short tokens, so that their renewal can be seen.
    createSubresource: async (_kind, target) => ({
      status: {
        token: `token-${++tokens.issued}-of-${target.name}`,
        expirationTimestamp: new Date(Date.now() + 2_000).toISOString(),
      },
    }),
  });
  const client = given ?? own;
  for (const name of ['default', 'kube-node-lease']) await client.create(namespaceKind, { metadata: { name } });
  await mkdir(layout.images, { recursive: true });
  for (const [index, image] of images.entries())
    await writeFile(join(layout.images, `${index}.tar`), dockerArchive(image));
  await mkdir(layout.cniConfDir, { recursive: true });
  await writeFile(join(layout.cniConfDir, '10-test.conflist'), cniConfig(dataDir));
  const events: { about: string; type: string; reason: string; message: string }[] = [];
  const make = () =>
    createNodeAgent({
      client: agentClient(client),
      events: { record: (about, event) => events.push({ about: about.metadata.name ?? '', ...event }) },
      dataDir,
      nodeName: 'n1',
      nodeIps: ['127.0.0.1'],
      runtimePaths: testRuntimePaths,
      network: { ready: () => undefined, onPodCidr: async () => undefined },
      clusterDns: ['10.43.0.10'],
      clusterDomain: 'cluster.local',
      labels: {},
      taints: [],
      settings: defaultNodeSettings,
      kubeletVersion: 'v1.36.0+k3ts1',
      kubeletPort,
      clock: systemClock,
      log,
    });
  let agent = make();
  const stop = new AbortController();
  t.after(async () => {
    stop.abort(new Error('test is over'));
    await agent.stop();
    await destroyNode(dataDir);
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  await agent.start(stop.signal);

  const getPod = (name: string) => client.get(podKind, { namespace: 'default', name });
  const poll = async (timeoutMs: number, check: () => Promise<boolean>, say: () => Promise<string>) => {
    const endMs = Date.now() + timeoutMs;
    while (!(await check())) {
      if (Date.now() > endMs)
        assert.fail(
          `${await say()}\n${events.map((event) => JSON.stringify(event)).join('\n')}\n${logLines.slice(-20).join('')}`,
        );
      await delay(10);
    }
  };
  return {
    client,
    dataDir,
    agent: () => agent,
    events,
    logLines,
    async restart() {
      await agent.stop();
      agent = make();
      await agent.start(stop.signal);
    },
    stopAgent: () => agent.stop(),
    createPod: (name, spec, metadata = {}) =>
      client.create(podKind, {
        metadata: { namespace: 'default', ...metadata, name },
        spec: { terminationGracePeriodSeconds: 1, ...spec, nodeName: 'n1' },
      }),
    getPod,
    async until(name, check, timeoutMs = 20_000) {
      let last = await getPod(name);
      await poll(
        timeoutMs,
        async () => {
          last = await getPod(name);
          return check(last);
        },
        async () => `pod ${name}: ${JSON.stringify(last.status, undefined, 1)}`,
      );
      return last;
    },
    async untilGone(name, timeoutMs = 20_000) {
      const gone = () =>
        getPod(name).then(
          () => false,
          (error: unknown) => isApiError(error, 'NotFound') || Promise.reject(error),
        );
      await poll(timeoutMs, gone, async () => `pod ${name} is still there`);
    },
    async exec(pod, cmd, container = '') {
      const found = agent.findContainer('default', pod, container);
      assert.ok(found, `no container in ${pod}`);
      const result = await agent.cri.call('ExecSync', { containerId: found.container.id, cmd, timeout: 10 });
      return Buffer.concat([result.stdout, result.stderr]).toString();
    },
    async logs(pod, container = '') {
      const found = agent.findContainer('default', pod, container);
      assert.ok(found, `no container in ${pod}`);
      return readFile(found.container.logPath, 'utf8');
    },
  };
}

/** A link pair for each pod, without a bridge; addresses from a range that is used nowhere else. */
function cniConfig(dataDir: string): string {
  return JSON.stringify({
    cniVersion: '1.0.0',
    name: 'k3ts-test',
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        ipam: {
          type: 'host-local',
          dataDir: join(dataDir, 'ipam'),
          ranges: [[{ subnet: '10.213.77.0/24' }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
}

/** Ends every container of the data directory and takes away what it left in the kernel. */
export async function destroyNode(dataDir: string): Promise<void> {
  const layout = agentLayout(dataDir);
  const stop = new AbortController();
  const containerd = await startContainerd({
    layout,
    paths: testRuntimePaths,
    clock: systemClock,
    log: createLogger({ write: () => undefined }),
    signal: stop.signal,
  });
  const cri = connectCri(containerd.socketPath);
  for (const { id } of (await cri.call('ListPodSandbox', {})).items) {
    await cri.call('StopPodSandbox', { podSandboxId: id });
    await cri.call('RemovePodSandbox', { podSandboxId: id });
  }
  cri.close();
  await containerd.stop();
  for (const point of await mountPointsBelow(dataDir)) await unmount(point);
  for (const hierarchy of [
    'cpu',
    'cpuacct',
    'cpuset',
    'memory',
    'pids',
    'devices',
    'freezer',
    'blkio',
    'systemd',
    'unified',
    'hugetlb',
    '',
  ])
    await run(
      'find',
      [join('/sys/fs/cgroup', hierarchy, podCgroupRoot(dataDir)), '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'],
      { allowFailure: true },
    );
}
