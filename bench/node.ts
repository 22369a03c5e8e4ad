import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { busyboxImage, dockerArchive } from '../test/images/images.ts';
import { type ApiClient, isReady, type Watched } from './api-client.ts';
import { report } from './figure.ts';
import { enterOwnNetwork } from './namespace.ts';
import { childrenNamed, cpuSecondsOf, processFacts } from './process-facts.ts';
import { type BenchServer, withServer } from './server.ts';

// node bench/node.ts [--idle SECONDS]: a server with its node, as `./k3ts server` brings it up: start, memory, CPU and
// writes while nothing happens (default 60 s; writes are extrapolated to a day), and how fast pods run.

const image = 'docker.io/library/busybox:bench';
const pods = '/api/v1/namespaces/default/pods';
const podSpec = {
  terminationGracePeriodSeconds: 0,
  containers: [{ name: 'c', image, command: ['sleep', '3600'], resources: { requests: { cpu: '1m' } } }],
};
const idleSeconds = process.argv.includes('--idle') ? Number(process.argv[process.argv.indexOf('--idle') + 1]) : 60;
if (!(idleSeconds >= 1)) throw new Error(`--idle: ${process.argv.at(-1)}: a number of seconds, at least 1`);

await enterOwnNetwork();
await withServer(
  async (server) => {
    report({ what: 'empty data directory to node Ready', value: server.readyMs, unit: 'ms', budget: { atMost: 3000 } });
    await idle(server);
    const watched = await watchPods(server.client);
    await podStart(server, watched);
    await replicas(server, watched);
  },
  { prepare: addImage },
);

async function addImage(dataDir: string): Promise<void> {
  const folder = join(dataDir, 'agent/images');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'busybox.tar'), dockerArchive(await busyboxImage(image)));
}

async function idle({ pid }: BenchServer): Promise<void> {
  await delay(65_000); // the start's own work is over, also what of it is written lazily (after 60 s)
  const [containerd] = await childrenNamed(pid, 'containerd');
  if (containerd === undefined) throw new Error('the server has no containerd');
  const facts = () => Promise.all([processFacts(pid), processFacts(containerd)]);
  const startMs = performance.now();
  const [server, runtime] = await facts();
  await delay(idleSeconds * 1000);
  const seconds = (performance.now() - startMs) / 1000;
  const [serverNow, runtimeNow] = await facts();
  const memory = (what: string, value: number, atMost?: number) =>
    report({ what, value, unit: 'MB', ...(atMost !== undefined && { budget: { atMost } }) });
  memory('idle memory (RSS), server process', serverNow.rssMb, 160);
  memory('idle memory (RSS), containerd', runtimeNow.rssMb);
  memory('idle memory (RSS), both', serverNow.rssMb + runtimeNow.rssMb, 256);
  const percent = (from: number, to: number) => (100 * (to - from)) / seconds;
  report({
    what: `idle CPU over ${idleSeconds} s, containerd included`,
    value: percent(server.cpuSeconds + runtime.cpuSeconds, serverNow.cpuSeconds + runtimeNow.cpuSeconds),
    unit: '%',
    budget: { atMost: 2 },
    beside: `server process alone: ${percent(server.cpuSeconds, serverNow.cpuSeconds).toFixed(2)} %`,
  });
  const ourBytes = serverNow.writtenBytes - server.writtenBytes;
  const runtimeBytes = runtimeNow.writtenBytes - runtime.writtenBytes;
  const aDay = (bytes: number) => ((bytes / seconds) * 86_400) / 2 ** 20;
  report({
    what: `idle disk writes a day, from ${idleSeconds} s`,
    value: aDay(ourBytes + runtimeBytes),
    unit: 'MB',
    budget: { atMost: 50 },
    beside: `seen: server ${ourBytes >> 10} KiB, containerd ${runtimeBytes >> 10} KiB`,
  });
}

/** Tells when a pod first showed something. */
type Seen = (name: string, state: 'Running' | 'Ready' | 'gone') => Promise<number>;

async function watchPods(client: ApiClient): Promise<{ readonly seen: Seen; readonly countReady: () => number }> {
  const times = new Map<string, number>();
  const waiting = new Map<string, (ms: number) => void>();
  const note = (name: string, state: string) => {
    const key = `${name} ${state}`;
    if (times.has(key)) return;
    times.set(key, performance.now());
    waiting.get(key)?.(performance.now());
  };
  let ready = new Set<string>();
  await client.watch(`${pods}?watch=1`, (json) => {
    const { type, object }: { type: string; object: Watched } = JSON.parse(json);
    const { name } = object.metadata;
    if (type === 'DELETED') {
      ready = ready.difference(new Set([name]));
      note(name, 'gone');
      return;
    }
    if (object.status?.phase === 'Running') note(name, 'Running');
    if (isReady(object)) ready.add(name);
  });
  return {
    countReady: () => ready.size,
    seen: (name, state) => {
      const key = `${name} ${state}`;
      const at = times.get(key);
      if (at !== undefined) return Promise.resolve(at);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`pod ${name} is not ${state} after 30 s`)), 30_000);
        waiting.set(key, (ms) => {
          clearTimeout(timer);
          resolve(ms);
        });
      });
    },
  };
}

async function podStart({ client }: BenchServer, { seen }: { readonly seen: Seen }): Promise<void> {
  const tookMs: number[] = [];
  for (let i = 0; i < 11; i++) {
    const name = `start-${i}`;
    const startMs = performance.now();
    await client.bytes(pods, JSON.stringify({ metadata: { name }, spec: podSpec }));
    tookMs.push((await seen(name, 'Running')) - startMs);
    await client.bytes(`${pods}/${name}`, undefined, 'DELETE');
    await seen(name, 'gone');
  }
  const [first, ...later] = tookMs;
  later.sort((a, b) => a - b);
  report({
    what: 'pod create to Running, image present, p50 of 10 in a row',
    value: later[5] ?? 0,
    unit: 'ms',
    budget: { atMost: 350 },
    beside: `fastest ${later[0]?.toFixed(0)}, slowest ${later.at(-1)?.toFixed(0)}, the very first ${first?.toFixed(0)} ms`,
  });
}

async function replicas(
  { client, pid, dataDir }: BenchServer,
  { countReady }: { readonly countReady: () => number },
): Promise<void> {
  const count = 30;
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const labels = { app: 'bench' };
  const spent = () => Promise.all([processFacts(pid).then(({ cpuSeconds }) => cpuSeconds), cpuSecondsOf(dataDir)]);
  const [serverBefore, allBefore] = await spent();
  const startMs = performance.now();
  await client.bytes(
    path,
    JSON.stringify({
      metadata: { name: 'bench' },
      spec: { replicas: count, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
    }),
  );
  while (countReady() < count) {
    if (performance.now() - startMs > 120_000) throw new Error(`${countReady()} of ${count} pods Ready after 120 s`);
    await delay(5);
  }
  const value = performance.now() - startMs;
  const [server, all] = await spent();
  const seconds = [server - serverBefore, all - allBefore].map((part) => part.toFixed(2));
  report({
    what: `${count}-replica Deployment to all Ready`,
    value,
    unit: 'ms',
    budget: { atMost: 3000 },
    beside: `CPU ${seconds[1]} s in all, the server process ${seconds[0]} s`,
  });
}
