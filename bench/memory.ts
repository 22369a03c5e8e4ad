import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lonePod } from './bodies.ts';
import { report } from './figure.ts';
import { connectLoad } from './load-client.ts';
import { enterOwnNetwork } from './namespace.ts';
import { processFacts } from './process-facts.ts';
import { inFolder, rate } from './run.ts';
import { withServer } from './server.ts';

// node bench/memory.ts: what an empty server takes, the API server alone and with controllers and scheduler; how long it
// takes from the start of the program until it serves 20,000 stored pods, and what memory they take. (With a node: bench/node.ts.)

const settledMs = 20_000;
const storedPods = 20_000;
const pods = '/api/v1/namespaces/default/pods';

await enterOwnNetwork();
await inFolder(apiServerAlone);
await withServer(
  async (server) => {
    await delay(settledMs);
    tellEmpty('server without a node, empty', (await processFacts(server.pid)).rssMb);
    const client = await connectLoad(server.url, server.credentials);
    const make = client.requests({ method: 'POST', headers: { 'content-type': 'application/json' } });
    await rate({ total: storedPods, inFlight: 32 }, (i) => make(pods, lonePod(`pod-${i}`)));
    client.close();
    const bytes = await server.client.bytes(pods);
    const again = await server.restart();
    report({
      what: `${storedPods} pods stored: start of the program to serving them`,
      value: again.readyMs,
      unit: 'ms',
      budget: { atMost: 1000 },
    });
    await delay(settledMs);
    const { rssMb } = await processFacts(again.pid);
    const json = bytes / 2 ** 20;
    report({
      what: `${storedPods} pods stored: RSS of the server`,
      value: rssMb,
      unit: 'MB',
      beside: `their JSON: ${json.toFixed(0)} MB`,
    });
    again.client.close();
  },
  { flags: ['--disable-agent'] },
);

async function apiServerAlone(folder: string): Promise<void> {
  const args = [
    '--data-dir',
    join(folder, 'data'),
    '--write-kubeconfig',
    join(folder, 'kubeconfig'),
    '--disable-agent',
  ];
  const child = fork(join(import.meta.dirname, 'control-plane.ts'), args, {
    // As ./k3ts starts a server.
    execArgv: ['--max-semi-space-size=8', '--disable-warning=ExperimentalWarning'],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(import.meta.dirname, '../.cache/compile'),
      K3TS_RUNTIME_DIR: join(import.meta.dirname, '../.cache/runtime/current'),
    },
  });
  try {
    const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
    if (first !== 'serving' || child.pid === undefined) throw new Error(`the API server ended: ${String(first)}`);
    await delay(settledMs);
    tellEmpty('API server alone, empty', (await processFacts(child.pid)).rssMb);
  } finally {
    if (child.connected) child.disconnect();
    if (child.exitCode === null) await once(child, 'exit');
  }
}

function tellEmpty(what: string, value: number): void {
  report({ what: `RSS of an idle ${what}`, value, unit: 'MB', budget: { atMost: 120 } });
}
