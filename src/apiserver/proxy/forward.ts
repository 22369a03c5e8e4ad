import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { type Agent, request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiError } from '../../api/status.ts';
import { errorCode, toError } from '../../base/errors.ts';
import { withoutToken } from '../authentication/token.ts';
import type { ApiRequest } from '../http/api-request.ts';
import type { Upgrade } from '../http/exchange.ts';

/** The way to the backend: a connection that is given away, or kept ones, for requests without a body and upgrades. */
type Way = { readonly socket: Duplex } | { readonly agent: Agent };

export type ForwardOptions = Way & {
  /** With its query. */
  readonly path: string;
  /** The Host header. */
  readonly host: string;
  /** Sent beside the client's own: who asks. */
  readonly headers?: OutgoingHttpHeaders;
  /** Turns an answer of the backend that is an error into ours. Default: errors pass through as they are. */
  readonly refuse?: (status: number, body: string) => ApiError;
};

/** Headers that belong to one connection, or that say who the client is: not the backend's business. */
const ownHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'http2-settings',
  'host',
  'authorization',
]);
/** What speaks of a body, which a request without one must not say. */
const bodyHeaders = ['content-length', 'expect'];
const ownPrefixes = [':', 'impersonate-', 'x-remote-', 'proxy-'];
/** An error text is cut there. */
const mostErrorBytes = 64 * 1024;

function passedOn(headers: Readonly<Record<string, string | string[] | undefined>>): OutgoingHttpHeaders {
  const passed: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || ownHeaders.has(name) || ownPrefixes.some((prefix) => name.startsWith(prefix))) continue;
    passed[name] = value;
  }
  const protocols = withoutToken(passed['sec-websocket-protocol']);
  if (protocols) passed['sec-websocket-protocol'] = protocols;
  else delete passed['sec-websocket-protocol'];
  return passed;
}

/** A kept connection that the backend had closed just then; the request has not been seen. */
class StaleConnection extends Error {}

/** Sends the request to the backend and its answer back, both streamed with back-pressure; an upgrade becomes a tunnel of bytes. */
export async function forward(request: ApiRequest, options: ForwardOptions): Promise<void> {
  try {
    await forwardOnce(request, options);
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    await forwardOnce(request, options);
  }
}

async function forwardOnce(request: ApiRequest, options: ForwardOptions): Promise<void> {
  const { exchange } = request;
  const { upgrade } = exchange;
  const headers = { ...passedOn(exchange.headers), ...options.headers };
  headers.host = options.host;
  if (upgrade) {
    headers.connection = 'Upgrade';
    headers.upgrade = exchange.headers.upgrade;
  } else if ('socket' in options) headers.connection = 'close';
  const isRead = exchange.method === 'GET' || exchange.method === 'HEAD';
  const isBodyless =
    upgrade !== undefined || (isRead && ('agent' in options || headers['content-length'] === undefined));
  // A length without a body would make the backend take the next request on a kept connection for the body.
  if (isBodyless) for (const name of bodyHeaders) delete headers[name];
  const common = { method: exchange.method, path: options.path, headers, signal: exchange.signal };
  const outgoing =
    'agent' in options
      ? httpsRequest({ ...common, agent: options.agent })
      : httpRequest({
          ...common,
          createConnection: () => options.socket,
          // Lenient as Go's client is; nothing follows the one answer on this connection.
          insecureHTTPParser: true,
        });
  const answered = answer(request, outgoing, upgrade, options);
  if (isBodyless) outgoing.end();
  else
    pipeline(exchange.body, outgoing).catch((error: unknown) => {
      // The answer's own failure is what is reported; this one only ends the connection.
      outgoing.destroy(toError(error));
    });
  await answered;
}

function answer(
  request: ApiRequest,
  outgoing: ReturnType<typeof httpRequest>,
  upgrade: Upgrade | undefined,
  options: ForwardOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    outgoing.once('error', (error) => {
      const message = `error trying to reach service: ${error.message}`;
      const isStale = outgoing.reusedSocket && errorCode(error) === 'ECONNRESET';
      if (isStale) reject(new StaleConnection(message, { cause: error }));
      else reject(new ApiError('ServiceUnavailable', message, undefined, { cause: error }));
    });
    outgoing.once('response', (response) => resolve(passBack(request, response, options)));
    outgoing.once('upgrade', (response, socket, head) => {
      if (!upgrade) {
        socket.destroy();
        reject(new ApiError('InternalError', 'the backend switched protocols without being asked'));
        return;
      }
      resolve(tunnel(upgrade, response, { socket, head, signal: request.signal }));
    });
  });
}

async function passBack(request: ApiRequest, response: IncomingMessage, options: ForwardOptions): Promise<void> {
  const status = response.statusCode ?? 502;
  if (options.refuse && status >= 400) throw options.refuse(status, await text(response));
  const headers = passedOn(response.headers);
  headers['audit-id'] = request.auditId;
  const out = request.exchange.open(status, headers);
  try {
    await pipeline(response, out);
  } catch (error) {
    if (!isBrokenOff(error)) throw error;
  }
}

/** One side left in the middle; the other was closed with it, and nobody is there to be told. */
function isBrokenOff(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE' || code === 'ABORT_ERR';
}

async function text(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostErrorBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostErrorBytes).toString('utf8');
}

/** From the 101 on: bytes both ways until either side ends. */
async function tunnel(
  upgrade: Upgrade,
  response: IncomingMessage,
  { socket, head, signal }: { readonly socket: Duplex; readonly head: Buffer; readonly signal: AbortSignal },
): Promise<void> {
  const client = upgrade.take();
  const lines = [`HTTP/1.1 ${response.statusCode} ${response.statusMessage}`];
  for (let index = 0; index + 1 < response.rawHeaders.length; index += 2)
    lines.push(`${response.rawHeaders[index]}: ${response.rawHeaders[index + 1]}`);
  client.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (head.length > 0) client.write(head);
  if (upgrade.head.length > 0) socket.write(upgrade.head);
  const cut = () => {
    client.destroy();
    socket.destroy();
  };
  signal.addEventListener('abort', cut, { once: true });
  const copied = [pipeline(client, socket), pipeline(socket, client)];
  const results = await Promise.allSettled(copied);
  signal.removeEventListener('abort', cut);
  cut();
  for (const result of results) if (result.status === 'rejected' && !isBrokenOff(result.reason)) throw result.reason;
}
