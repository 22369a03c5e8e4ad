import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { Clock, Timer } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { HttpAnswer, HttpRequest, Transport } from './transport.ts';

export interface Http2TransportOptions {
  /** `https://host:port`. */
  readonly server: string;
  /** PEM of the authorities that the server's certificate may come from. */
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  readonly clock: Clock;
  /** A connection that answers no ping for this long is given up. Default: 15 s. */
  readonly pingTimeoutMs?: number;
  /** How often an open connection is tried. Default: 30 s. */
  readonly pingEveryMs?: number;
}

/** One connection to the server, made when it is needed and replaced when it breaks. */
export function createHttp2Transport(options: Http2TransportOptions): Transport {
  return new Http2Transport(options);
}

class Http2Transport implements Transport {
  readonly #options: Http2TransportOptions;
  #session: ClientHttp2Session | undefined;
  #closed = false;

  constructor(options: Http2TransportOptions) {
    this.#options = options;
  }

  async request({ method, path, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    signal.throwIfAborted();
    if (this.#closed) throw new Error('the client is closed');
    const head = { ...headers, ':method': method, ':path': path };
    const stream = this.#connected().request(head, { endStream: body === undefined });
    const onAbort = () => stream.close(constants.NGHTTP2_CANCEL);
    signal.addEventListener('abort', onAbort, { once: true });
    stream.once('close', () => signal.removeEventListener('abort', onAbort));
    if (body !== undefined) stream.end(body);
    const answered = await responseOf(stream, signal);
    return { status: Number(answered[':status']), headers: answered, body: bodyOf(stream, signal) };
  }

  #connected(): ClientHttp2Session {
    const open = this.#session;
    if (open && !open.closed && !open.destroyed) return open;
    const { server, ca, cert, key, clock, pingEveryMs = 30_000, pingTimeoutMs = 15_000 } = this.#options;
    const session = connect(server, { ca, ...(cert && { cert }), ...(key && { key }) });
    this.#session = session;
    const drop = () => {
      if (this.#session === session) this.#session = undefined;
    };
    session.on('error', drop); // each request of the session is told as well
    session.on('goaway', drop);
    const heartbeat = keepAlive(session, { clock, pingEveryMs, pingTimeoutMs });
    session.on('close', () => {
      heartbeat();
      drop();
    });
    session.unref();
    return session;
  }

  close(): void {
    this.#closed = true;
    this.#session?.destroy();
  }
}

/** Finds out that the other side is gone where no packet says so. Returns how to stop. */
function keepAlive(
  session: ClientHttp2Session,
  { clock, pingEveryMs, pingTimeoutMs }: { clock: Clock; pingEveryMs: number; pingTimeoutMs: number },
): () => void {
  let timer: Timer;
  const arm = () => {
    timer = clock.after(pingEveryMs, () => {
      if (session.destroyed) return;
      timer = clock.after(pingTimeoutMs, () =>
        session.destroy(new Error(`no answer to a ping in ${pingTimeoutMs} ms`)),
      );
      session.ping(() => {
        timer.cancel();
        if (!session.destroyed) arm();
      });
    });
  };
  arm();
  return () => timer.cancel();
}

function responseOf(stream: ClientHttp2Stream, signal: AbortSignal): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const fail = (thrown: unknown) => reject(signal.aborted ? signal.reason : toError(thrown));
    stream.once('response', resolve);
    stream.once('error', fail);
    stream.once('close', () => fail(new Error('the connection ended before the answer')));
  });
}

async function* bodyOf(stream: ClientHttp2Stream, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
    if (!signal.aborted && stream.rstCode !== constants.NGHTTP2_NO_ERROR)
      throw new Error(`the server reset the answer (code ${stream.rstCode})`);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  signal.throwIfAborted();
}
