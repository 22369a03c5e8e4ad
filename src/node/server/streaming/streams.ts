import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { createWebSocketStream, type WebSocket } from 'ws';
import type { NodeAgent } from '../../agent.ts';
import { ServerError } from '../server-error.ts';
import { acceptWebSocket } from './accept-websocket.ts';
import { type Backend, openBackend } from './backend.ts';
import { tunnel } from './tunnel.ts';
import { joinExec, type StreamChoice } from './websocket-exec.ts';

/** A connection whose client wants to switch protocols. */
export interface UpgradeCall {
  readonly request: IncomingMessage;
  readonly socket: TLSSocket;
  readonly head: Buffer;
  /** Decoded parts of the path after its first word. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
}

type StreamAgent = Pick<NodeAgent, 'cri' | 'findPod' | 'findContainer' | 'findSandbox'>;

/** exec and attach with half-close of standard input: the one that the runtime's own server does not speak. */
const execProtocol = 'v5.channel.k8s.io';
/** The bytes of a SPDY connection in binary messages (KEP-4006). */
const portForwardProtocol = 'SPDY/3.1+portforward.k8s.io';

/** `exec` and `attach`: `<namespace>/<pod>/<container>`, also with the pod's uid in the third place. */
export async function serveContainerStream(
  agent: StreamAgent,
  call: UpgradeCall,
  what: 'exec' | 'attach',
): Promise<void> {
  const [namespace = '', podName = '', ...rest] = call.path;
  const containerName = rest.at(-1) ?? '';
  const choice = choiceOf(call.query);
  requirePod(agent, namespace, podName);
  const found = agent.findContainer(namespace, podName, containerName);
  if (found?.container.state !== 'running')
    throw new ServerError('Internal', `container not found (${JSON.stringify(containerName)})`);
  const request = { containerId: found.container.id, ...choice, stderr: choice.stderr && !choice.tty };
  const options = { signal: call.signal };
  const { url } =
    what === 'attach'
      ? await agent.cri.call('Attach', request, options)
      : await agent.cri.call('Exec', { ...request, cmd: call.query.getAll('command') }, options);
  if (!offers(call, execProtocol)) return passThrough(call, url);
  const { client, backend } = await joined(call, url, { theirs: execProtocol, runtimes: 'v4.channel.k8s.io' });
  await joinExec(client, backend, choice);
}

/** `portForward`: `<namespace>/<pod>`. */
export async function servePortForward(agent: StreamAgent, call: UpgradeCall): Promise<void> {
  const [namespace = '', podName = ''] = call.path;
  requirePod(agent, namespace, podName);
  const podSandboxId = agent.findSandbox(namespace, podName);
  if (podSandboxId === undefined)
    throw new ServerError('Internal', `pod not found (${JSON.stringify(`${podName}_${namespace}`)})`);
  const { url } = await agent.cri.call(
    'PortForward',
    { podSandboxId, port: portsOf(call.query) },
    { signal: call.signal },
  );
  if (!offers(call, portForwardProtocol)) return passThrough(call, url);
  const protocols = { theirs: portForwardProtocol, runtimes: 'portforward.k8s.io' };
  const { client, backend } = await joined(call, url, protocols);
  const bytes = createWebSocketStream(client);
  if (backend.head.length > 0) bytes.write(backend.head);
  await tunnel(bytes, backend.socket);
}

function requirePod(agent: StreamAgent, namespace: string, name: string): void {
  if (!agent.findPod(namespace, name)) throw new ServerError('NotFound', 'pod does not exist');
}

/** The kubelet's names with 1, and the API's with true. Throws ServerError `BadRequest` when nothing is chosen. */
export function choiceOf(query: URLSearchParams): StreamChoice {
  const has = (...names: readonly string[]) => names.some((name) => ['1', 'true'].includes(query.get(name) ?? ''));
  const choice = {
    stdin: has('input', 'stdin'),
    stdout: has('output', 'stdout'),
    stderr: has('error', 'stderr'),
    tty: has('tty'),
  };
  if (!choice.stdin && !choice.stdout && !choice.stderr)
    throw new ServerError('BadRequest', 'you must specify at least 1 of stdin, stdout, stderr');
  return choice;
}

/** Only WebSockets name ports beforehand. Throws ServerError `BadRequest`. */
export function portsOf(query: URLSearchParams): readonly number[] {
  return query
    .getAll('port')
    .flatMap((list) => list.split(','))
    .map((text) => {
      const port = Number(text);
      if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
      throw new ServerError('BadRequest', `invalid port ${JSON.stringify(text)}: must be between 1 and 65535`);
    });
}

function offers({ request }: UpgradeCall, protocol: string): boolean {
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') return false;
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((name) => name.trim() === protocol);
}

/** A SPDY connection to the runtime and, when that is there, the client's WebSocket. */
async function joined(
  call: UpgradeCall,
  url: string,
  protocols: { readonly theirs: string; readonly runtimes: string },
): Promise<{ readonly client: WebSocket; readonly backend: Backend }> {
  const backend = await openBackend(url, {
    method: 'POST',
    headers: { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': protocols.runtimes },
    signal: call.signal,
  });
  try {
    return { client: await acceptWebSocket(call, protocols.theirs), backend };
  } catch (error) {
    backend.socket.destroy();
    throw error;
  }
}

/** The runtime's server speaks the client's protocol: it gets the client's own handshake, and from then on bytes. */
async function passThrough(call: UpgradeCall, url: string): Promise<void> {
  const { request, socket, head } = call;
  const backend = await openBackend(url, {
    method: request.method ?? 'GET',
    headers: handshakeOf(request),
    signal: call.signal,
  });
  const { response } = backend;
  const lines = [`HTTP/1.1 ${response.statusCode} ${response.statusMessage}`];
  for (let index = 0; index + 1 < response.rawHeaders.length; index += 2)
    lines.push(`${response.rawHeaders[index]}: ${response.rawHeaders[index + 1]}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (backend.head.length > 0) socket.write(backend.head);
  if (head.length > 0) backend.socket.write(head);
  await tunnel(socket, backend.socket);
}

/** What belongs to the protocol; nothing of who the client is. */
function handshakeOf(request: IncomingMessage): OutgoingHttpHeaders {
  const passed: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(request.headers))
    if (name === 'upgrade' || name.startsWith('x-stream-protocol') || name.startsWith('sec-websocket-'))
      passed[name] = value;
  return passed;
}
