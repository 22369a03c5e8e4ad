import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ApiClient, connectApi } from './api-client.ts';
import { startBare } from './bare.ts';
import { report } from './figure.ts';
import { enterOwnNetwork } from './namespace.ts';
import { benchPod } from './pod.ts';
import { processFacts } from './process-facts.ts';
import { rate } from './run.ts';
import { withServer } from './server.ts';

// node bench/api.ts: GET, LIST of 2,000 pods and durable creates over TLS, HTTP/2 and client certificates, against a whole
// control plane (controllers and scheduler look on), beside a bare node:http2 server with the same bytes. The client takes
// a core of its own, so that the ratios are of the server's CPU time for one answer and not of what the client could do.

const podCount = 2000;
const pods = '/api/v1/namespaces/default/pods';

interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMicros: number;
}

interface Work {
  readonly pid: number;
  readonly total: number;
  readonly inFlight: number;
}

async function measure({ pid, total, inFlight }: Work, work: (i: number) => Promise<unknown>): Promise<Measured> {
  const warmUp = Math.ceil(total / 5);
  await rate({ total: warmUp, inFlight }, work);
  const before = await processFacts(pid);
  const result = await rate({ total, inFlight }, (i) => work(warmUp + i));
  const spent = (await processFacts(pid)).cpuSeconds - before.cpuSeconds;
  return { ...result, cpuMicros: (spent * 1e6) / total };
}

const words = ({ perSecond, p50Ms, p99Ms, cpuMicros }: Measured) =>
  `${Math.round(perSecond).toLocaleString('en')}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, CPU ${Math.round(cpuMicros).toLocaleString('en')} µs each`;

/** Pods that no scheduler takes and no collector removes, of the size of real ones. */
function lonePod(name: string): string {
  const { metadata, spec, ...rest } = benchPod(name) as unknown as { metadata: object; spec: object };
  const alone = { ...metadata, ownerReferences: [] };
  return JSON.stringify({ ...rest, metadata: alone, spec: { ...spec, schedulerName: 'none' } });
}

await enterOwnNetwork();
await withServer(
  async ({ pid, dataDir, url, credentials }) => {
    const ours = connectApi(url, credentials, 4);
    await rate({ total: podCount, inFlight: 32 }, (i) => ours.bytes(pods, lonePod(`pod-${i}`)));
    const tls = (name: string) => readFile(join(dataDir, 'server/tls', name), 'utf8');
    const [key, cert, ca] = await Promise.all(
      ['serving-kube-apiserver.key', 'serving-kube-apiserver.crt', 'client-ca.crt'].map(tls),
    );
    if (!key || !cert || !ca) throw new Error('the server has no serving certificate');
    const text = async (path: string) => JSON.stringify(await ours.json(path));
    const answers = { '/get': await text(`${pods}/pod-1`), '/list': await text(pods) };
    const bareServer = await startBare({ answers, key, cert, ca });
    const bare = connectApi(bareServer.url, credentials, 4);
    try {
      await gets({ pid, client: ours }, { pid: bareServer.pid, client: bare });
      await lists({ pid, client: ours }, { pid: bareServer.pid, client: bare });
    } finally {
      bare.close();
      await bareServer.end();
    }
    await creates({ pid, client: ours });
    ours.close();
  },
  { flags: ['--disable-agent'] },
);

interface Side {
  readonly pid: number;
  readonly client: ApiClient;
}

async function gets(ours: Side, bare: Side): Promise<void> {
  const work = { total: 30_000, inFlight: 64 };
  const beside = await measure({ ...work, pid: bare.pid }, () => bare.client.bytes('/get'));
  const got = await measure({ ...work, pid: ours.pid }, (i) => ours.client.bytes(`${pods}/pod-${i % podCount}`));
  report({ what: 'GET of a pod, HTTP/2 and TLS', value: got.perSecond, unit: '/s', beside: words(got) });
  report({
    what: 'GET of a pod: share of a bare answer',
    value: (100 * beside.cpuMicros) / got.cpuMicros,
    unit: '%',
    budget: { atLeast: 50 },
    beside: `bare: ${words(beside)}`,
  });
}

async function lists(ours: Side, bare: Side): Promise<void> {
  const work = { total: 60, inFlight: 1 };
  const beside = await measure({ ...work, pid: bare.pid }, () => bare.client.bytes('/list'));
  const listed = await measure({ ...work, pid: ours.pid }, () => ours.client.bytes(pods));
  report({ what: `LIST of ${podCount} pods, p50`, value: listed.p50Ms, unit: 'ms', beside: words(listed) });
  report({
    what: `LIST of ${podCount} pods: times a bare answer`,
    value: listed.cpuMicros / beside.cpuMicros,
    unit: '×',
    budget: { atMost: 2 },
    beside: `bare: ${words(beside)}`,
  });
}

async function creates(ours: Side): Promise<void> {
  const made = await measure({ pid: ours.pid, total: 10_000, inFlight: 32 }, (i) =>
    ours.client.bytes(pods, lonePod(`new-${i}`)),
  );
  report({
    what: 'durable creates of pods, 32 in flight',
    value: made.perSecond,
    unit: '/s',
    budget: { atLeast: 6000 },
    beside: words(made),
  });
}
