import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { isApiError } from '../../api/status.ts';
import { requireAccess, userOf } from './access.ts';
import { type KubeletTls, Listener } from './listener.ts';
import type { KubeletServerOptions } from './options.ts';
import { createRoutes, type Routes } from './routes.ts';
import { ServerError, toServerError } from './server-error.ts';
import { isBrokenOff, linger } from './streaming/tunnel.ts';

export interface KubeletServer {
  /** Resolves when every address is bound. Rejects with Node's error (EADDRINUSE …), nothing being bound then. */
  start(): Promise<void>;
  /** Ends every connection, streams too. */
  stop(): Promise<void>;
  /** For new connections. */
  setTls(tls: KubeletTls): void;
  /** What the first address is bound to; throws before `start` has resolved. */
  readonly address: AddressInfo;
}

/** Streams (exec, attach, port-forward) that may be open at once. */
const mostStreams = 1_000;

/** The kubelet's HTTPS port: logs, exec, attach, port-forward, statistics, health. */
export function createKubeletServer(options: KubeletServerOptions): KubeletServer {
  return new Server(options);
}

class Server implements KubeletServer {
  readonly #options: KubeletServerOptions;
  readonly #routes: Routes;
  readonly #stopping = new AbortController();
  #tls: KubeletTls;
  #listeners: readonly Listener[] = [];
  #address: AddressInfo | undefined;
  #streams = 0;

  constructor(options: KubeletServerOptions) {
    this.#options = options;
    this.#tls = options.tls;
    this.#routes = createRoutes(options);
  }

  get address(): AddressInfo {
    if (!this.#address) throw new Error('the node agent is not listening yet');
    return this.#address;
  }

  async start(): Promise<void> {
    const { addresses, port } = this.#options.listen;
    try {
      for (const address of addresses) {
        const listener = new Listener({
          address,
          port: this.#address?.port ?? port,
          tls: this.#tls,
          onRequest: (request, response) => void this.#onRequest(request, response),
          onUpgrade: (request, socket, head) => void this.#onUpgrade(request, socket, head),
          log: this.#options.log,
        });
        this.#listeners = [...this.#listeners, listener];
        const bound = await listener.listen();
        this.#address ??= bound;
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the node agent is stopping'));
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
  }

  setTls(tls: KubeletTls): void {
    this.#tls = tls;
    for (const listener of this.#listeners) listener.setTls(tls);
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { log } = this.#options;
    const gone = goneSignal(response, this.#stopping.signal);
    const url = urlOf(request);
    try {
      await this.#admit(request, request.socket as TLSSocket, gone);
      const handle = this.#routes.plain(request.method ?? 'GET', url.pathname);
      await handle({ response, path: pathOf(url), query: url.searchParams, signal: gone });
    } catch (thrown) {
      if (gone.aborted || isBrokenOff(thrown)) {
        response.destroy();
        return;
      }
      const error = toServerError(thrown);
      if (error.code === 'Internal') log.warn('request failed', { path: url.pathname, error });
      if (response.headersSent) response.destroy();
      else response.writeHead(error.status, textHeaders(error)).end(`${error.message}\n`);
    }
  }

  async #onUpgrade(request: IncomingMessage, socket: TLSSocket, head: Buffer): Promise<void> {
    const { log } = this.#options;
    const gone = goneSignal(socket, this.#stopping.signal);
    const url = urlOf(request);
    const before = socket.bytesWritten;
    this.#streams++;
    try {
      await this.#admit(request, socket, gone);
      if (this.#streams > mostStreams)
        throw new ServerError('TooManyRequests', `too many streams: ${this.#streams - 1}, at most ${mostStreams}`);
      const handle = this.#routes.upgrade(url.pathname);
      await handle({ request, socket, head, path: pathOf(url), query: url.searchParams, signal: gone });
      linger(socket);
    } catch (thrown) {
      if (gone.aborted || isBrokenOff(thrown)) {
        socket.destroy();
        return;
      }
      const error = toServerError(thrown);
      if (error.code === 'Internal') log.debug('stream failed', { path: url.pathname, error });
      if (socket.bytesWritten > before) socket.destroy();
      else {
        socket.write(answerOf(error));
        linger(socket);
      }
    } finally {
      this.#streams--;
    }
  }

  async #admit(request: IncomingMessage, socket: TLSSocket, signal: AbortSignal): Promise<void> {
    const { authenticateToken, authorize } = this.#options;
    let user = userOf(socket);
    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (!user && token !== undefined && authenticateToken)
      user = await authenticateToken(token, signal).catch((error: unknown) => {
        if (isApiError(error, 'Unauthorized')) return undefined;
        throw error;
      });
    await requireAccess(user, { method: request.method ?? 'GET', path: urlOf(request).pathname }, authorize);
  }
}

function goneSignal(connection: ServerResponse | TLSSocket, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  const abort = () => gone.abort(new Error('the client has gone'));
  connection.once('close', abort);
  if (stopping.aborted) abort();
  return gone.signal;
}

function urlOf(request: IncomingMessage): URL {
  return new URL(`https://node${request.url?.startsWith('/') ? request.url : '/'}`);
}

/** Decoded parts after the first word. */
function pathOf({ pathname }: URL): readonly string[] {
  const parts = pathname.split('/').slice(2);
  try {
    return parts.map(decodeURIComponent);
  } catch (cause) {
    throw new ServerError('BadRequest', `malformed path ${JSON.stringify(pathname)}`, { cause });
  }
}

function textHeaders(error: ServerError): Record<string, string> {
  return {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    ...(error.code === 'TooManyRequests' && { 'retry-after': '10' }),
  };
}

function answerOf(error: ServerError): string {
  const lines = Object.entries({
    ...textHeaders(error),
    'content-length': String(Buffer.byteLength(error.message)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join('')}\r\n${error.message}`;
}
