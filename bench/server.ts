import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../src/base/process.ts';
import { type ApiClient, type Credentials, connectApi, isReady, readCredentials } from './api-client.ts';

const program = join(import.meta.dirname, '../k3ts');
export const nodeName = 'bench';

/** A server as a user starts it, in a folder of its own. */
export interface BenchServer {
  readonly pid: number;
  readonly dataDir: string;
  readonly url: string;
  readonly credentials: Credentials;
  readonly client: ApiClient;
  /** From the start of the program to the node's Ready, or without a node until pods can be created. */
  readonly readyMs: number;
  /** Ends this server and starts another on what it stored. */
  restart(): Promise<BenchServer>;
}

/** Starts a server, gives it to `work`, and takes away everything of it, also when that fails. Needs a network of its own. */
export async function withServer(
  work: (server: BenchServer) => Promise<void>,
  options: {
    readonly flags?: readonly string[];
    readonly prepare?: (dataDir: string) => Promise<void>;
  } = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-bench-'));
  const dataDir = join(folder, 'data');
  const log = join(folder, 'server.log');
  let child: ChildProcess | undefined;
  const start = async (): Promise<BenchServer> => {
    const args = ['--data-dir', dataDir, '--write-kubeconfig', join(folder, 'kubeconfig'), '--node-name', nodeName];
    const output = openSync(log, 'a');
    const startMs = performance.now();
    child = spawn(program, ['server', ...args, ...(options.flags ?? [])], { stdio: ['ignore', output, output] });
    closeSync(output);
    const started = child;
    const ready = await untilReady(child, { startMs, dataDir, node: !options.flags?.includes('--disable-agent') });
    const restart = async () => {
      ready.client.close();
      await end(started);
      return start();
    };
    return { ...ready, restart };
  };
  const startAndWork = async () => {
    await options.prepare?.(dataDir);
    // What must be brought in once, outside the time that is measured.
    await run(program, ['--version'], { timeoutMs: 600_000 });
    const server = await start();
    await work(server);
    server.client.close();
  };
  try {
    await Promise.race([startAndWork(), interrupted()]);
  } catch (error) {
    console.error(await readFile(log, 'utf8').catch(() => 'the server has not said anything'));
    throw error;
  } finally {
    if (child) await end(child);
    await run(program, ['killall', '--data-dir', dataDir], { timeoutMs: 60_000 });
    await rm(folder, { recursive: true, force: true });
  }
}

/** Rejects on ^C and SIGTERM, so that a benchmark that is ended takes its server away as well. */
function interrupted(): Promise<never> {
  return new Promise((_, reject) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => reject(new Error(`ended by ${name}`)));
  });
}

async function untilReady(
  child: ChildProcess,
  { startMs, dataDir, node }: { readonly startMs: number; readonly dataDir: string; readonly node: boolean },
): Promise<Omit<BenchServer, 'restart'>> {
  const url = 'https://127.0.0.1:6443';
  for (;;) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error(`the server ended: ${child.exitCode}`);
    if (performance.now() - startMs > 60_000) throw new Error('the server is not ready after 60 s');
    let client: ApiClient | undefined;
    try {
      const credentials = await readCredentials(dataDir);
      client = connectApi(url, credentials, 4);
      if (node) await untilNodeReady(client);
      else await client.bytes('/api/v1/namespaces/default/serviceaccounts/default');
      return { pid: child.pid, dataDir, url, credentials, client, readyMs: performance.now() - startMs };
    } catch {
      // Not there yet: keys, port, roles and node come one after the other; the deadline above ends this.
      client?.close();
      await delay(10);
    }
  }
}

/** Throws when the API does not answer, or has no such node yet. */
async function untilNodeReady(client: ApiClient): Promise<void> {
  const path = `/api/v1/nodes/${nodeName}`;
  for (let turn = 0; turn < 3000 && !isReady(await client.json(path)); turn++) await delay(10);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const last = setTimeout(() => child.kill('SIGKILL'), 20_000);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(last);
}
