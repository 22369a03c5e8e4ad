import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ProcessResult, type RunOptions, run } from '../../src/base/process.ts';
import { freePort } from './port.ts';
import { until } from './wait.ts';

const root = join(import.meta.dirname, '../..');
/** The program as a user starts it. */
export const k3ts = join(root, 'k3ts');

/** A server in a folder of its own, which a test starts, stops, kills and starts again. Nothing of it outlives the test. */
export interface TestServer {
  readonly dataDir: string;
  readonly kubeconfig: string;
  readonly port: number;
  readonly nodeName: string;
  /** The process id of the server that runs now. */
  readonly pid: number;
  /** Starts it (again) and waits until it says that it is up. */
  start(...more: string[]): Promise<void>;
  /** SIGTERM; resolves to the exit status. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Everything the server has said so far. */
  log(): Promise<string>;
  /** kubectl's standard output; throws with what it said when it fails. `program` may be another version's path. */
  kubectl(args: readonly string[], options?: RunOptions & { readonly program?: string }): Promise<string>;
  /** Waits until the node is Ready. */
  ready(timeoutMs?: number): Promise<void>;
}

/** Runs `./k3ts` with these arguments to its end; a status other than 0 is a result. */
export function runK3ts(args: readonly string[], options: RunOptions = {}): Promise<ProcessResult> {
  return run(k3ts, args, { timeoutMs: 60_000, allowFailure: true, ...options });
}

/** Makes a server for a test, not started yet. Ends it, with all its pods, after the test, also when that fails. */
export async function testServer(t: TestContext, flags: readonly string[] = []): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-test-'));
  const [dataDir, kubeconfig, logFile] = [join(folder, 'data'), join(folder, 'kubeconfig'), join(folder, 'server.log')];
  const port = await freePort();
  const nodeName = 'n1';
  const own = ['--data-dir', dataDir, '--write-kubeconfig', kubeconfig, '--https-listen-port', String(port)];
  let child: ChildProcess | undefined;
  const log = () => readFile(logFile, 'utf8');
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null) return Promise.resolve(running?.exitCode ?? null);
    return new Promise((resolve) => {
      running.once('exit', (code) => resolve(code));
      running.kill(signal);
    });
  };
  t.after(async () => {
    await end('SIGKILL');
    const result = await runK3ts(['killall', '--data-dir', dataDir]);
    await rm(folder, { recursive: true, force: true });
    if (result.exitCode !== 0) throw new Error(`killall left something behind: ${result.stderr}`);
  });
  const server: TestServer = {
    dataDir,
    kubeconfig,
    port,
    nodeName,
    get pid() {
      if (child?.pid === undefined) throw new Error('the server does not run');
      return child.pid;
    },
    log,
    async start(...more) {
      const output = openSync(logFile, 'a');
      const already = (await log()).length;
      const args = ['server', ...own, '--node-name', nodeName, ...flags, ...more];
      const started = spawn(k3ts, args, { stdio: ['ignore', output, output] });
      closeSync(output);
      child = started;
      const up = async () => {
        if (started.exitCode !== null) return 'ended';
        return (await log()).slice(already).includes('k3ts is up') && 'up';
      };
      const state = await until('the server to be up', up, { timeoutMs: 90_000, everyMs: 20 });
      if (state === 'ended') throw new Error(`the server ended with status ${started.exitCode}:\n${await log()}`);
    },
    stop: () => end('SIGTERM'),
    async kill() {
      await end('SIGKILL');
    },
    async kubectl(args, options = {}) {
      const { program, ...limits } = options;
      const env = { KUBECONFIG: kubeconfig, ...limits.env };
      const words = program === undefined ? ['kubectl', ...args] : args;
      return (await run(program ?? k3ts, words, { timeoutMs: 60_000, ...limits, env })).stdout;
    },
    async ready(timeoutMs = 60_000) {
      const path = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}';
      const isReady = async () => (await server.kubectl(['get', 'node', nodeName, '-o', path])) === 'True';
      await until('the node to be Ready', isReady, { timeoutMs });
    },
  };
  return server;
}
