import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { credentials, Client as GrpcClient, Metadata } from '@grpc/grpc-js';
import type {
  ExecAction,
  GRPCAction,
  HTTPGetAction,
  TCPSocketAction,
} from '../../api/schema/generated/types/core-v1.ts';
import { errorCode, toError } from '../../base/errors.ts';
import type { Container } from '../pods/types.ts';
import type { Cri } from '../runtime/cri.ts';
import { isRuntimeError, runtimeText } from '../runtime/errors.ts';

/** What a handler found. `warning`: it counts as success, and is told. */
export interface HandlerResult {
  readonly outcome: 'success' | 'warning' | 'failure';
  readonly output: string;
}

export interface Handler {
  readonly exec?: ExecAction;
  readonly httpGet?: HTTPGetAction;
  readonly tcpSocket?: TCPSocketAction;
  readonly grpc?: GRPCAction;
}

export interface HandlerTarget {
  readonly cri: Cri;
  readonly container: Container;
  readonly containerId: string;
  /** Where the pod answers; the node's address with the host's network. */
  readonly ip: string;
}

const maxOutputBytes = 10 * 1024;
const maxRedirects = 10;

/** Runs one check of a probe or a hook. Never rejects: what goes wrong is a failure with its text. */
export async function runHandler(
  handler: Handler,
  target: HandlerTarget,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<HandlerResult> {
  try {
    if (handler.exec) return await runExec(handler.exec, target, options);
    if (handler.httpGet) return await runHttp(handler.httpGet, target, options);
    if (handler.tcpSocket) return await runTcp(handler.tcpSocket, target, options);
    if (handler.grpc) return await runGrpc(handler.grpc, target, options);
    return failure('missing probe handler');
  } catch (error) {
    return failure(toError(error).message);
  }
}

interface Bounds {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

function failure(output: string): HandlerResult {
  return { outcome: 'failure', output: output.slice(0, maxOutputBytes) };
}

async function runExec(
  exec: ExecAction,
  { cri, containerId }: HandlerTarget,
  { timeoutMs, signal }: Bounds,
): Promise<HandlerResult> {
  const cmd = exec.command ?? [];
  try {
    const timeout = Math.ceil(timeoutMs / 1000);
    const result = await cri.call('ExecSync', { containerId, cmd, timeout }, { timeoutMs: timeoutMs + 5_000, signal });
    const output = Buffer.concat([result.stdout, result.stderr]).toString('utf8', 0, maxOutputBytes);
    return result.exitCode === 0
      ? { outcome: 'success', output }
      : failure(output || `command exited with status ${result.exitCode}`);
  } catch (error) {
    if (isRuntimeError(error, 'DeadlineExceeded'))
      return failure(`command timed out: "${cmd.join(' ')}" timed out after ${timeoutMs / 1000}s`);
    return failure(runtimeText(error));
  }
}

/** A port by number, or by the name that the container gives it. */
export function portOf(port: string | number, container: Container): number {
  if (typeof port === 'number' || /^\d+$/.test(port)) return Number(port);
  const named = container.ports?.find(({ name }) => name === port);
  if (!named) throw new Error(`couldn't find port: "${port}" in container ${container.name}`);
  return named.containerPort;
}

function joinHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

async function runHttp(
  action: HTTPGetAction,
  { container, ip }: HandlerTarget,
  bounds: Bounds,
): Promise<HandlerResult> {
  const address = joinHostPort(action.host || ip, portOf(action.port as string | number, container));
  const first = new URL(`${(action.scheme ?? 'HTTP').toLowerCase()}://${address}`);
  const path = action.path ?? '/';
  const url = new URL(path.startsWith('/') ? path : `/${path}`, first);
  const headers: Record<string, string | string[]> = { 'User-Agent': 'kube-probe/1.36', Accept: '*/*' };
  for (const { name, value } of action.httpHeaders ?? []) {
    const key = Object.keys(headers).find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;
    const own = key in headers && !['User-Agent', 'Accept'].includes(key);
    headers[key] = own ? [headers[key] ?? '', value].flat() : value;
  }
  const deadline = AbortSignal.any([bounds.signal, AbortSignal.timeout(bounds.timeoutMs)]);
  let target = url;
  for (let hop = 0; hop < maxRedirects; hop++) {
    const answer = await get(target, headers, deadline);
    if (answer.status >= 300 && answer.status < 400 && answer.location !== undefined) {
      const next = new URL(answer.location, target);
      if (next.hostname !== url.hostname)
        return { outcome: 'warning', output: `Probe terminated redirects, Response body: ${answer.body}` };
      target = next;
      continue;
    }
    if (answer.status >= 200 && answer.status < 400) return { outcome: 'success', output: answer.body };
    return failure(`HTTP probe failed with statuscode: ${answer.status}`);
  }
  return failure(`Get "${url}": stopped after ${maxRedirects} redirects`);
}

function get(
  url: URL,
  headers: Record<string, string | string[]>,
  signal: AbortSignal,
): Promise<{ status: number; location: string | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    // Lenient as Go's client is: many a small server ends its header lines without a carriage return.
    const lenient = { insecureHTTPParser: true, rejectUnauthorized: false };
    const call = request(url, { headers, signal, agent: false, ...lenient }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (body.length < maxOutputBytes) body += chunk;
        else response.destroy();
      });
      const done = () =>
        resolve({
          status: response.statusCode ?? 0,
          location: response.headers.location,
          body: body.slice(0, maxOutputBytes),
        });
      response.on('close', done);
    });
    call.on('error', (error) => {
      const address = joinHostPort(
        url.hostname.replaceAll(/[[\]]/g, ''),
        Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
      );
      const text = signal.aborted
        ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
        : dialText(address, error);
      reject(new Error(`Get "${url}": ${text}`, { cause: error }));
    });
    call.end();
  });
}

function dialText(address: string, error: Error): string {
  const texts: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connect: connection refused',
    EHOSTUNREACH: 'connect: no route to host',
    ENETUNREACH: 'connect: network is unreachable',
  };
  const text = texts[errorCode(error) ?? ''];
  if (text) return `dial tcp ${address}: ${text}`;
  if (errorCode(error) === 'ECONNRESET') return `read tcp ${address}: read: connection reset by peer`;
  return error.message;
}

function runTcp(
  action: TCPSocketAction,
  { container, ip }: HandlerTarget,
  { timeoutMs, signal }: Bounds,
): Promise<HandlerResult> {
  const [host, port] = [action.host || ip, portOf(action.port as string | number, container)];
  const address = joinHostPort(host, port);
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal, timeout: timeoutMs });
    const end = (result: HandlerResult) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end({ outcome: 'success', output: '' }));
    socket.once('timeout', () => end(failure(`dial tcp ${address}: i/o timeout`)));
    socket.once('error', (error) => end(failure(dialText(address, error))));
  });
}

const servingStatus = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** The standard health service, `grpc.health.v1.Health/Check`; its two messages have one field each. */
async function runGrpc(
  action: GRPCAction,
  { ip }: HandlerTarget,
  { timeoutMs, signal }: Bounds,
): Promise<HandlerResult> {
  const address = joinHostPort(ip, action.port);
  const channel = new GrpcClient(address, credentials.createInsecure());
  const abort = () => channel.close();
  signal.addEventListener('abort', abort, { once: true });
  const metadata = new Metadata();
  metadata.set('user-agent', 'kube-probe/1.36');
  const serialize = (service: string) =>
    service === ''
      ? Buffer.alloc(0)
      : Buffer.concat([Buffer.from([0x0a, Buffer.byteLength(service)]), Buffer.from(service)]);
  const deserialize = (bytes: Buffer) => (bytes[0] === 0x08 ? (bytes[1] ?? 0) : 0);
  try {
    return await new Promise((resolve) => {
      channel.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        serialize,
        deserialize,
        action.service ?? '',
        metadata,
        { deadline: Date.now() + timeoutMs },
        (error, status) => {
          if (error) {
            if (error.code === 12)
              resolve(
                failure('error: this server does not implement the grpc health protocol (grpc.health.v1.Health)'),
              );
            else if (error.code === 4 || error.code === 14)
              resolve(
                failure(
                  `timeout: failed to connect service "${address}" within ${timeoutMs / 1000}s: ${error.details}`,
                ),
              );
            else resolve(failure(`error: health rpc failed: ${error.details}`));
          } else if (status === 1) resolve({ outcome: 'success', output: 'service healthy' });
          else resolve(failure(`service unhealthy (responded with "${servingStatus[status ?? 0] ?? status}")`));
        },
      );
    });
  } finally {
    signal.removeEventListener('abort', abort);
    channel.close();
  }
}
