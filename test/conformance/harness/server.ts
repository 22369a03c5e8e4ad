import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { parse } from 'yaml';
import { systemClock } from '../../../src/base/clock.ts';
import { parseIp } from '../../../src/base/ip.ts';
import { createLogger } from '../../../src/base/log.ts';
import { type ProcessResult, run } from '../../../src/base/process.ts';
import { createSteps } from '../../../src/base/steps.ts';
import { parseCommandLine } from '../../../src/cli/flags/command-line.ts';
import { serverFlags } from '../../../src/cli/server/flags.ts';
import { serverOptions } from '../../../src/cli/server/options.ts';
import { productVersion } from '../../../src/cli/version/version.ts';
import { createHttp2Transport } from '../../../src/client/http/http2-transport.ts';
import { startServer } from '../../../src/server.ts';
import { freePort } from '../../harness/port.ts';
import { until } from '../../harness/wait.ts';
import { Api, type Loose } from './api.ts';
import { joinNode } from './node.ts';

const kubectlProgram = join(import.meta.dirname, '../../../.cache/runtime/current/bin/kubectl');

/** A whole server without a node of its own, in the test's process; the API over HTTPS on loopback. */
export interface ControlPlane {
  readonly url: string;
  /** PEM of the authority of the server's certificate. */
  readonly ca: string;
  readonly kubeconfig: string;
  /** As the cluster's administrator. */
  readonly api: Api;
  /** As whoever shows this token; without one, as nobody. */
  apiOf(token?: string): Api;
  /** An unmodified kubectl as the administrator; a status other than 0 is a result. */
  kubectl(args: readonly string[], input?: string): Promise<ProcessResult>;
  /** A new namespace, with what every namespace has; gone with the server. */
  namespace(base: string): Promise<string>;
  /** Everything that the server has logged, for messages of failed tests. */
  log(): string;
}

export interface ControlPlaneOptions {
  readonly flags?: readonly string[];
  /** Names of pretended nodes that say of each pod that it runs. */
  readonly nodes?: readonly string[];
}

/** Call it at the top of a file; the server ends with the file. */
export async function startControlPlane({ flags = [], nodes = [] }: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-conformance-'));
  const path = join(folder, 'kubeconfig');
  const own = ['--data-dir', folder, '--write-kubeconfig', path, '--bind-address', '127.0.0.1', '--disable-agent'];
  const settings = parseCommandLine(serverFlags, [
    ...own,
    ...['--https-listen-port', String(await freePort()), '--node-name', 'n1', ...flags],
  ]).settings;
  const address = parseIp('192.0.2.1'); // of documentation (RFC 5737): what the API says of itself, nobody connects there
  const addresses = address ? [address] : [];
  const options = serverOptions(settings, { hostname: 'n1', addresses, runtimeDir: folder });
  const lines: string[] = [];
  const log = createLogger({ level: 'info', write: (line) => lines.push(line) });
  const steps = createSteps({ log, show: () => undefined });
  const closing: (() => void)[] = [];
  after(async () => {
    for (const close of closing) close();
    const failed = await steps.stop(10_000);
    await rm(folder, { recursive: true, force: true });
    if (failed.length > 0) throw new Error(`did not stop: ${failed.join(', ')}\n${lines.join('')}`);
  });
  await startServer({ options, version: productVersion(), log, steps });

  const config = parse(await readFile(path, 'utf8'));
  const decode = (text: string) => Buffer.from(text, 'base64').toString();
  const url: string = config.clusters[0].cluster.server;
  const ca = decode(config.clusters[0].cluster['certificate-authority-data']);
  const connect = (credentials: { readonly cert?: string; readonly key?: string }) => {
    const transport = createHttp2Transport({ server: url, ca, clock: systemClock, ...credentials });
    closing.push(() => transport.close());
    return transport;
  };
  const { user } = config.users[0];
  const api = new Api(connect({ cert: decode(user['client-certificate-data']), key: decode(user['client-key-data']) }));
  const nobody = connect({});
  for (const name of nodes) closing.push(await joinNode(api, name));
  let count = 0;
  const controlPlane: ControlPlane = {
    url,
    ca,
    kubeconfig: path,
    api,
    apiOf: (token) => new Api(nobody, token === undefined ? {} : { authorization: `Bearer ${token}` }),
    kubectl: (args, input) =>
      run(kubectlProgram, args, {
        env: { KUBECONFIG: path, HOME: folder },
        timeoutMs: 30_000,
        allowFailure: true,
        ...(input !== undefined && { input }),
      }),
    async namespace(base) {
      count += 1;
      const name = `${base}-${count}`;
      await api.create('/api/v1/namespaces', { metadata: { name, labels: { 'e2e-framework': base } } });
      await until(
        `the default account of ${name}`,
        () => api.get(`/api/v1/namespaces/${name}/serviceaccounts/default`).then(Boolean),
        { everyMs: 10 },
      );
      return name;
    },
    log: () => lines.join(''),
  };
  return controlPlane;
}

/** Waits until there is nothing at `path`. */
export async function untilGone(api: Api, path: string, timeoutMs = 20_000): Promise<void> {
  await until(`${path} to be gone`, async () => (await api.raw('GET', path)).status === 404, {
    timeoutMs,
    everyMs: 20,
  });
}

/** Reads `path` until what is there passes, and returns it. */
export async function untilIs(
  api: Api,
  path: string,
  check: (object: Loose) => unknown,
  timeoutMs = 20_000,
): Promise<Loose> {
  let last: Loose;
  try {
    return await until(
      path,
      async () => {
        last = await api.get(path);
        return check(last) ? last : undefined;
      },
      { timeoutMs, everyMs: 20 },
    );
  } catch (cause) {
    throw new Error(`${path} did not come there: ${JSON.stringify(last, undefined, 1)}`, { cause });
  }
}
