import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { toError } from '../../../base/errors.ts';
import { ServerError } from '../server-error.ts';

/** The runtime's side of a stream: its answer to an upgrade, and the connection. */
export interface Backend {
  readonly response: IncomingMessage;
  readonly socket: Duplex;
  /** Bytes that came with the answer. */
  readonly head: Buffer;
}

export interface UpgradeRequest {
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly signal: AbortSignal;
}

/** The runtime has to answer within this time. Upstream: stream creation timeout. */
const answerTimeoutMs = 30_000;
const mostRefusalBytes = 16 * 1024;

/**
 * Opens what the runtime's `Exec`, `Attach` or `PortForward` gave as its address. Throws ServerError when the runtime
 * does not switch protocols.
 */
export function openBackend(url: string, { method, headers, signal }: UpgradeRequest): Promise<Backend> {
  const target = new URL(url);
  if (target.protocol !== 'http:')
    throw new ServerError(
      'Internal',
      `cannot stream through ${url}: the runtime must offer plain http on this machine`,
    );
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(target, { method, headers: { ...headers, connection: 'Upgrade' }, agent: false });
    // Both only until there is an answer: a stream may then last for hours, and ends with its client's connection.
    const onAbort = () => outgoing.destroy(toError(signal.reason));
    const timer = setTimeout(
      () => outgoing.destroy(new Error(`no answer within ${answerTimeoutMs} ms`)),
      answerTimeoutMs,
    );
    const answered = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    outgoing.once('error', (cause) => {
      answered();
      reject(new ServerError('Unavailable', `cannot reach the container runtime: ${cause.message}`, { cause }));
    });
    outgoing.once('response', (response) => {
      refusal(response).then(reject, reject).finally(answered);
    });
    outgoing.once('upgrade', (response, socket, head) => {
      answered();
      socket.setNoDelay(true);
      resolve({ response, socket, head });
    });
    outgoing.end();
  });
}

async function refusal(response: IncomingMessage): Promise<ServerError> {
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > mostRefusalBytes) break;
  }
  const status = response.statusCode ?? 0;
  const code = status === 400 ? 'BadRequest' : status === 403 ? 'Forbidden' : status === 404 ? 'NotFound' : 'Internal';
  return new ServerError(code, text.trim() || `the container runtime refused the stream with status ${status}`);
}
