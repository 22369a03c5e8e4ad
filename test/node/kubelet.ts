import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';
import WebSocket from 'ws';
import { ApiError } from '../../src/api/status.ts';
import { startTestServer, type TestServer } from '../../src/apiserver/api-server.test-helper.ts';
import { createInProcessClient } from '../../src/apiserver/in-process-client.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createLogger } from '../../src/base/log.ts';
import { type RunOptions, run } from '../../src/base/process.ts';
import type { AccessRequest } from '../../src/node/server/access.ts';
import type { KubeletTls } from '../../src/node/server/listener.ts';
import { createKubeletServer, type KubeletServer } from '../../src/node/server/server.ts';
import { freePort } from '../harness/port.ts';
import { busyboxImage } from '../images/images.ts';
import { startTestNode, type TestNode } from './harness.ts';

const cache = new URL('../../.cache/', import.meta.url).pathname;
/** The one that is shipped, and the oldest that has to work. */
export const kubectlPath = join(cache, 'runtime/current/bin/kubectl');
export const oldKubectlPath = join(cache, 'test/current/bin/kubectl-1.33');

/** Default: with the API server's certificate. */
export interface Caller {
  readonly user?: string;
  readonly anonymous?: boolean;
  readonly token?: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A node with its HTTPS port, and an API server that reaches it. */
export interface TestKubelet {
  readonly node: TestNode;
  readonly api: TestServer;
  readonly server: KubeletServer;
  readonly tls: KubeletTls;
  /** What was asked of `authorize`, in order. */
  readonly asked: readonly AccessRequest[];
  get(path: string, as?: Caller): Promise<Answer>;
  open(path: string, signal?: AbortSignal): Promise<IncomingMessage>;
  /** An upgrade with the API server's certificate; the answer when it is refused. */
  upgrade(
    path: string,
    headers: Record<string, string>,
  ): Promise<{ readonly socket: Duplex; readonly head: Buffer } | Answer>;
  webSocket(path: string, protocol: string): Promise<WebSocket>;
  /** kubectl's standard output; throws with what it said when it fails. */
  kubectl(args: readonly string[], options?: RunOptions & { readonly program?: string }): Promise<string>;
}

const busybox = 'docker.io/library/busybox:test';

export async function startTestKubelet(t: TestContext): Promise<TestKubelet> {
  const api = await startTestServer();
  const client = createInProcessClient({
    registry: api.registry,
    user: { name: 'system:node:n1', groups: ['system:nodes'] },
  });
  const port = await freePort();
  const node = await startTestNode(t, [await busyboxImage(busybox)], { client, kubeletPort: port }).catch(
    async (error: unknown) => {
      await api.close();
      throw error;
    },
  );
  const asked: AccessRequest[] = [];
  const serving = await api.authority.issue({ name: 'n1', address: '127.0.0.1' });
  const tls = { key: serving.keyPem, cert: serving.certificatePem, clientCa: api.ca };
  const server = createKubeletServer({
    agent: node.agent(),
    nodeName: 'n1',
    tls,
    authorize(access) {
      asked.push(access);
      return access.user.name === 'allowed';
    },
    async authenticateToken(token) {
      if (token === 'good') return { name: 'allowed', groups: [] };
      throw new ApiError('Unauthorized', 'no such token');
    },
    listen: { addresses: ['127.0.0.1'], port },
    clock: systemClock,
    log: createLogger({ level: 'warn' }),
  });
  await server.start();
  t.after(async () => {
    await server.stop();
    await api.close();
  });

  const call = async (path: string, options: Caller = {}) => {
    const headers = { ...(options.token && { authorization: `Bearer ${options.token}` }) };
    const pair =
      options.anonymous || options.token ? undefined : options.user ? await api.client(options.user) : api.admin;
    return { host: '127.0.0.1', port, path, ca: api.ca, agent: false as const, ...(pair && keysOf(pair)), headers };
  };
  const open = async (path: string, signal?: AbortSignal) => {
    const outgoing = request({ ...(await call(path)), ...(signal && { signal }) }).end();
    return answered(outgoing);
  };
  return {
    node,
    api,
    server,
    tls,
    asked,
    open,
    async get(path, options) {
      return read(await answered(request(await call(path, options)).end()));
    },
    async upgrade(path, headers) {
      const method = headers.upgrade === 'websocket' ? 'GET' : 'POST';
      const outgoing = request({ ...(await call(path)), method, headers: { connection: 'Upgrade', ...headers } });
      outgoing.end();
      return new Promise((resolve, reject) => {
        outgoing.on('upgrade', (_response, socket, head) => resolve({ socket, head }));
        outgoing.on('response', (response) => resolve(read(response)));
        outgoing.on('error', reject);
      });
    },
    async webSocket(path, protocol) {
      const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, [protocol], await call(path));
      await once(socket, 'open');
      return socket;
    },
    async kubectl(args, { program = kubectlPath, ...options } = {}) {
      const all = ['--kubeconfig', api.kubeconfig, '--cache-dir', join(node.dataDir, 'kubectl-cache'), ...args];
      return (await run(program, all, options)).stdout;
    },
  };
}

function keysOf({ keyPem, certificatePem }: { readonly keyPem: string; readonly certificatePem: string }) {
  return { key: keyPem, cert: certificatePem };
}

function answered(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, text };
}

export interface Forwarding {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  readonly pod: string;
  readonly port: number;
}

/** `kubectl port-forward` until the test is over; resolves when it listens on the port it says. */
export async function forwardPort(
  t: TestContext,
  { api }: TestKubelet,
  { program, env, pod, port }: Forwarding,
): Promise<{ readonly port: number }> {
  const args = ['--kubeconfig', api.kubeconfig, 'port-forward', `pod/${pod}`, `:${port}`];
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  t.after(async () => {
    child.kill();
    await ended;
  });
  let said = '';
  return new Promise((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said += String(chunk);
      const local = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (local) resolve({ port: Number(local) });
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', () => reject(new Error(`kubectl port-forward ended: ${said}`)));
  });
}
