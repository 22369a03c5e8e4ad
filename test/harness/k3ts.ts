import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ProcessResult, type RunOptions, run } from '../../src/base/process.ts';
import { dockerArchive, type ImageContent } from '../../src/node/images/archive.ts';
import { removeLeftovers } from './leftovers.ts';
import { createTestNetwork, type TestNetwork, testPrefix } from './network.ts';
import { until } from './wait.ts';

const root = join(import.meta.dirname, '../..');
/** The program as a user starts it. */
export const k3ts = join(root, 'k3ts');

/**
 * A server in a folder and a network of its own, which a test starts, stops, kills and starts again. Nothing of it
 * outlives the test.
 */
export interface TestServer {
  readonly dataDir: string;
  readonly kubeconfig: string;
  readonly port: number;
  readonly nodeName: string;
  readonly network: TestNetwork;
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
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** kubectl, a status other than 0 is a result. */
  tryKubectl(args: readonly string[], options?: KubectlOptions): Promise<ProcessResult>;
  /** Applies a manifest. */
  apply(manifest: string): Promise<string>;
  /** Any program on the node's machine. */
  inside(words: readonly string[], options?: RunOptions): Promise<ProcessResult>;
  /** Any program on another machine that reaches the node. */
  outside(words: readonly string[], options?: RunOptions): Promise<ProcessResult>;
  /** `./k3ts` with these words, on the node's machine; a status other than 0 is a result. */
  k3ts(args: readonly string[], options?: RunOptions): Promise<ProcessResult>;
  /** Waits until the node is Ready. */
  ready(timeoutMs?: number): Promise<void>;
}

export type KubectlOptions = RunOptions & { readonly program?: string };

export interface TestServerOptions {
  readonly flags?: readonly string[];
  /** Lie in the images folder before the first start. */
  readonly images?: readonly ImageContent[];
}

/** Runs `./k3ts` with these arguments to its end; a status other than 0 is a result. */
export function runK3ts(args: readonly string[], options: RunOptions = {}): Promise<ProcessResult> {
  return run(k3ts, args, { timeoutMs: 60_000, allowFailure: true, ...options });
}

/** Makes a server for a test, not started yet. Ends it, with all its pods, after the test, also when that fails. */
export async function testServer(
  t: Pick<TestContext, 'after'>,
  { flags = [], images = [] }: TestServerOptions = {},
): Promise<TestServer> {
  await removeLeftovers(k3ts);
  const network = await createTestNetwork();
  const folder = await mkdtemp(join(tmpdir(), `${testPrefix}-${process.pid}-`));
  const [dataDir, kubeconfig, logFile] = [join(folder, 'data'), join(folder, 'kubeconfig'), join(folder, 'server.log')];
  const port = 6443;
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
  const enter = ([first = '', ...words]: readonly string[], args: readonly string[], options: RunOptions) =>
    run(first, [...words, ...args], { timeoutMs: 60_000, ...options });
  t.after(async () => {
    await end('SIGKILL');
    const result = await server.k3ts(['killall', '--data-dir', dataDir]);
    await network.remove();
    await rm(folder, { recursive: true, force: true });
    if (result.exitCode !== 0) throw new Error(`killall left something behind: ${result.stderr}`);
  });
  const server: TestServer = {
    dataDir,
    kubeconfig,
    port,
    nodeName,
    network,
    get pid() {
      if (child?.pid === undefined) throw new Error('the server does not run');
      return child.pid;
    },
    log,
    async start(...more) {
      const output = openSync(logFile, 'a');
      const already = (await log()).length;
      const [first = '', ...words] = network.inside;
      const args = [...words, k3ts, 'server', ...own, '--node-name', nodeName, ...flags, ...more];
      const started = spawn(first, args, { stdio: ['ignore', output, output] });
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
    inside: (words, options = {}) => enter(network.inside, words, options),
    outside: (words, options = {}) => enter(network.outside, words, options),
    k3ts: (args, options = {}) => enter(network.inside, [k3ts, ...args], { allowFailure: true, ...options }),
    tryKubectl: (args, { program, ...options } = {}) => {
      const env = { KUBECONFIG: kubeconfig, HOME: folder, ...options.env };
      const words = program === undefined ? [k3ts, 'kubectl'] : [program];
      return server.inside([...words, ...args], { allowFailure: true, ...options, env });
    },
    kubectl: async (args, options = {}) => (await server.tryKubectl(args, { ...options, allowFailure: false })).stdout,
    apply: (manifest) => server.kubectl(['apply', '-f', '-'], { input: manifest }),
    async ready(timeoutMs = 60_000) {
      const path = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}';
      const isReady = async () => (await server.kubectl(['get', 'node', nodeName, '-o', path])) === 'True';
      await until('the node to be Ready', isReady, { timeoutMs });
    },
  };
  const imageFolder = join(dataDir, 'agent', 'images');
  await mkdir(imageFolder, { recursive: true });
  for (const [index, image] of images.entries())
    await writeFile(join(imageFolder, `${index}.tar`), dockerArchive(image));
  return server;
}
