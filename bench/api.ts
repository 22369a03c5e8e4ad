import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBare } from './bare.ts';
import { appliedDeployment, lonePod, statusPatch } from './bodies.ts';
import { report } from './figure.ts';
import { connectLoad, type LoadClient, type RequestShape } from './load-client.ts';
import { type Measured, measure, words } from './measure.ts';
import { enterOwnNetwork } from './namespace.ts';
import { keepNode, nodeCredentials } from './node-identity.ts';
import { rate } from './run.ts';
import { type BenchServer, withServer } from './server.ts';

// node bench/api.ts [--pods 2000,20000]: reads and durable writes over TLS, HTTP/2 and client certificates, against a whole
// control plane (controllers and scheduler look on) with so many pods stored, beside a bare node:http2 server with the same
// bytes. The client shares the machine, so that the ratios are of the server's CPU time for one answer and not of what the
// client could do.

const { values } = parseArgs({ options: { pods: { type: 'string', default: '2000,20000' } } });
const sizes = values.pods.split(',').map(Number);
const pods = '/api/v1/namespaces/default/pods';
const newPods = '/api/v1/namespaces/created/pods';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const node = 'bench-node';
/** So many of the pods are the node's. */
const bound = 1000;
const inFlight = 32;

const get: RequestShape = { method: 'GET' };
const create: RequestShape = { method: 'POST', headers: { 'content-type': 'application/json' } };
const strategicPatch: RequestShape = {
  method: 'PATCH',
  headers: { 'content-type': 'application/strategic-merge-patch+json' },
};
const apply: RequestShape = { method: 'PATCH', headers: { 'content-type': 'application/apply-patch+yaml' } };

interface Bench {
  readonly server: BenchServer;
  readonly admin: LoadClient;
  readonly agent: LoadClient;
  readonly stored: number;
}

await enterOwnNetwork();
await withServer(
  async (server) => {
    const { url, credentials, dataDir } = server;
    const endNode = await keepNode(server.client, node);
    const admin = await connectLoad(url, credentials);
    const agent = await connectLoad(url, await nodeCredentials(dataDir, node));
    const namespace = JSON.stringify({ metadata: { name: 'created' } });
    await server.client.bytes('/api/v1/namespaces', namespace);
    await ownAccount(server);
    let stored = 0;
    for (const size of sizes) {
      const make = admin.requests(create);
      const first = stored;
      await rate({ total: size - first, inFlight }, (i) =>
        make(pods, lonePod(`pod-${first + i}`, first + i < bound ? node : undefined)),
      );
      stored = size;
      const bench = { server, admin, agent, stored };
      await reads(bench);
      await statusPatches(bench);
      await applies(bench);
      await creates(bench);
    }
    admin.close();
    agent.close();
    endNode();
  },
  { flags: ['--disable-agent'] },
);

/** Pods of a new namespace are refused until its service account is there. */
async function ownAccount({ client }: BenchServer): Promise<void> {
  for (let turn = 0; turn < 200; turn++)
    try {
      await client.bytes('/api/v1/namespaces/created/serviceaccounts/default');
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25)); // not there yet; the last look says why
    }
  await client.bytes('/api/v1/namespaces/created/serviceaccounts/default');
}

async function reads(bench: Bench): Promise<void> {
  const { server, admin, stored } = bench;
  const { dataDir, client } = server;
  const tls = (name: string) => readFile(join(dataDir, 'server/tls', name), 'utf8');
  const [key, cert, ca] = await Promise.all(
    ['serving-kube-apiserver.key', 'serving-kube-apiserver.crt', 'client-ca.crt'].map(tls),
  );
  if (!key || !cert || !ca) throw new Error('the server has no serving certificate');
  const answers = { '/get': await client.text(`${pods}/pod-1`), '/list': await client.text(pods) };
  const bareServer = await startBare({ answers, key, cert, ca });
  const bare = await connectLoad(bareServer.url, server.credentials);
  try {
    const ask = { ours: admin.requests(get), bare: bare.requests(get) };
    const gets = { total: 30_000, inFlight: 64 };
    const bareGet = await measure({ ...gets, pid: bareServer.pid }, () => ask.bare('/get'));
    const got = await measure({ ...gets, pid: server.pid }, (i) => ask.ours(`${pods}/pod-${i % stored}`));
    tellGet(stored, got, bareGet);
    const lists = { total: stored > 10_000 ? 20 : 60, inFlight: 1 };
    const bareList = await measure({ ...lists, pid: bareServer.pid }, () => ask.bare('/list'));
    tellList(stored, await measure({ ...lists, pid: server.pid }, () => ask.ours(pods)), bareList);
  } finally {
    bare.close();
    await bareServer.end();
  }
}

function tellGet(stored: number, got: Measured, bare: Measured): void {
  const what = `${stored} pods: GET of one, HTTP/2 and TLS`;
  report({ what, value: got.perSecond, unit: '/s', beside: words(got) });
  report({
    what: `${stored} pods: GET, share of a bare answer`,
    value: (100 * bare.cpuMicros) / got.cpuMicros,
    unit: '%',
    budget: { atLeast: 50 },
    beside: `bare: ${words(bare)}`,
  });
}

function tellList(stored: number, listed: Measured, bare: Measured): void {
  report({ what: `${stored} pods: LIST of all, p50`, value: listed.p50Ms, unit: 'ms', beside: words(listed) });
  report({
    what: `${stored} pods: LIST, times a bare answer`,
    value: listed.cpuMicros / bare.cpuMicros,
    unit: '×',
    budget: { atMost: 2 },
    beside: `bare: ${words(bare)}`,
  });
}

async function statusPatches({ server, agent, stored }: Bench): Promise<void> {
  const patch = agent.requests(strategicPatch);
  let turn = 0;
  const done = await measure({ pid: server.pid, total: 10_000, inFlight }, (i) =>
    patch(`${pods}/pod-${i % bound}/status`, statusPatch(i % bound, ++turn)),
  );
  tellWrites(`${stored} pods: status patches by a node`, done, 5000);
}

async function applies({ server, admin, stored }: Bench): Promise<void> {
  const send = admin.requests(apply);
  const release = stored * 1000;
  const done = await measure({ pid: server.pid, total: 4000, inFlight }, (i) => {
    const name = `app-${i % 200}`;
    return send(`${deployments}/${name}?fieldManager=bench&force=true`, appliedDeployment(name, release + i));
  });
  tellWrites(`${stored} pods: server-side apply of a Deployment`, done, 1500);
}

async function creates({ server, admin, stored }: Bench): Promise<void> {
  const make = admin.requests(create);
  const made = await measure({ pid: server.pid, total: 10_000, inFlight }, (i) => make(newPods, lonePod(`new-${i}`)));
  tellWrites(`${stored} pods: durable creates`, made, 6000);
  await server.client.bytes(newPods, undefined, 'DELETE');
}

function tellWrites(what: string, done: Measured, atLeast: number): void {
  const beside = words(done);
  report({ what: `${what}, ${inFlight} in flight`, value: done.perSecond, unit: '/s', budget: { atLeast }, beside });
}
