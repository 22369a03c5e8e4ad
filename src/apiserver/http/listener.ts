import { createServer as createHttp1Server, type Server as Http1Server, ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { type Clock, systemClock } from '../../base/clock.ts';
import { errorCode, toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { type Exchange, Http1Exchange, Http2Exchange } from './exchange.ts';
import { Handshakes } from './handshakes.ts';

export interface TlsFiles {
  /** PEM. */
  readonly key: string;
  /** PEM, leaf first. */
  readonly cert: string;
  /** PEM of the authorities of users' certificates. */
  readonly clientCa: string;
  /** PEM of the authorities of proxies that tell who asks. Default: none is believed. */
  readonly requestHeaderCa?: string;
}

export interface ListenerOptions {
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  readonly tls: TlsFiles;
  readonly handle: (exchange: Exchange) => void;
  readonly log: Logger;
  /** Of HTTP/1.1 requests. Default: 32 s. */
  readonly headersTimeoutMs?: number;
  /** Connections without requests are closed after this long. Default: 90 s. */
  readonly idleTimeoutMs?: number;
  /** Of TLS. Default: 10 s. */
  readonly handshakeTimeoutMs?: number;
  /** Connections without a finished handshake. Default: 512. */
  readonly mostHandshakes?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** How many streams one HTTP/2 connection may have open; upstream: 250 (http2-max-streams-per-connection), more for watches of informers. */
const mostStreams = 1000;
const mostHeaderBytes = 64 * 1024;
/** How long a refusal may wait to be read. */
const refusalTimeoutMs = 10_000;
/** How long the headers of an HTTP/1.1 request may take, as upstream. Bodies have deadlines of their own. */
const headersTimeoutMs = 32_000;
/** Connections that nothing happens on are closed, as upstream. */
const idleTimeoutMs = 90_000;

/**
 * One TLS port. ALPN says whether a connection goes to the HTTP/2 or the HTTP/1.1 parser; the two are servers without
 * a port of their own. Client certificates are asked for, not demanded.
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #tls: TlsServer;
  readonly #http1: Http1Server;
  readonly #http2: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<Socket>();
  readonly #handshakes: Handshakes;
  #displaced = 0;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { clock = systemClock, mostHandshakes, handshakeTimeoutMs } = options;
    this.#handshakes = new Handshakes({
      clock,
      ...(mostHandshakes !== undefined && { most: mostHandshakes }),
      ...(handshakeTimeoutMs !== undefined && { timeoutMs: handshakeTimeoutMs }),
      onDisplaced: () => this.#displaced++,
    });
    this.#tls = createTlsServer({
      ...contextOf(options.tls),
      ALPNProtocols: ['h2', 'http/1.1'],
      requestCert: true,
      rejectUnauthorized: false,
      noDelay: true,
      minVersion: 'TLSv1.2',
    });
    this.#http1 = createHttp1Server({
      maxHeaderSize: mostHeaderBytes,
      keepAliveTimeout: idleTimeoutMs,
      headersTimeout: options.headersTimeoutMs ?? headersTimeoutMs,
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(5000, options.headersTimeoutMs ?? headersTimeoutMs),
      noDelay: true,
    });
    // A server without a port of its own does not keep watch over slow clients, unless it believes that it listens.
    this.#http1.emit('listening');
    this.#http2 = createHttp2Server({
      maxSessionMemory: 100,
      settings: {
        maxConcurrentStreams: mostStreams,
        maxHeaderListSize: mostHeaderBytes,
        initialWindowSize: 256 * 1024,
      },
    });
    this.#accept();
    this.#serveHttp1();
    this.#serveHttp2();
  }

  #accept(): void {
    this.#tls.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      this.#handshakes.begin(socket);
    });
    this.#tls.on('secureConnection', (socket) => {
      this.#handshakes.finished(socket);
      const server = socket.alpnProtocol === 'h2' ? this.#http2 : this.#http1;
      server.emit('connection', socket);
    });
    // A client that speaks no TLS or distrusts our certificate; nobody is there to be answered.
    this.#tls.on('tlsClientError', (error) => this.#options.log.debug('TLS handshake failed', { error }));
  }

  #serveHttp1(): void {
    const { handle, log } = this.#options;
    this.#http1.on('request', (request, response) => handle(new Http1Exchange(request, response)));
    this.#http1.on('upgrade', (request, duplex, head) => {
      const socket = duplex as TLSSocket;
      socket.on('error', (error) => log.debug('upgraded connection failed', { error }));
      const response = new ServerResponse(request);
      response.shouldKeepAlive = false;
      response.assignSocket(socket);
      response.once('finish', () => {
        response.detachSocket(socket);
        socket.end();
      });
      const take = () => {
        response.detachSocket(socket);
        return socket;
      };
      handle(new Http1Exchange(request, response, { request, head, take }));
    });
    this.#http1.on('clientError', (error, socket) => {
      log.debug('malformed HTTP/1.1 request', { error: toError(error) });
      const status = statusOfFailure[errorCode(error) ?? ''] ?? '400 Bad Request';
      if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      // Whoever does not read that either is not waited for.
      setTimeout(() => socket.destroy(), refusalTimeoutMs).unref();
    });
  }

  #serveHttp2(): void {
    const { handle, log } = this.#options;
    const failed = (error: Error) => log.debug('HTTP/2 stream failed', { error });
    this.#http2.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
      session.on('error', (error) => log.debug('HTTP/2 connection failed', { error }));
      let streams = 0;
      session.on('stream', (stream) => {
        streams++;
        stream.once('close', () => streams--);
      });
      // A watch on which nothing happens is no idle connection.
      session.setTimeout(this.#options.idleTimeoutMs ?? idleTimeoutMs, () => streams > 0 || session.close());
    });
    this.#http2.on('stream', (stream, headers, _flags, rawHeaders) => {
      stream.on('error', failed);
      const { session } = stream;
      if (!session) return;
      const socket = session.socket as TLSSocket;
      handle(new Http2Exchange(stream as ServerHttp2Stream, { headers, rawHeaders, socket }));
    });
  }

  /** Resolves to the bound address. Rejects with Node's error (EADDRINUSE …). */
  listen(): Promise<{ readonly address: string; readonly port: number }> {
    const { address, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#tls.once('error', reject);
      this.#tls.listen(port, address, () => {
        this.#tls.off('error', reject);
        this.#tls.on('error', (error) => this.#options.log.error('listener failed', { error }));
        const bound = this.#tls.address() as AddressInfo;
        resolve({ address: bound.address, port: bound.port });
      });
    });
  }

  /** New connections get these; the present ones go on. */
  setSecureContext(tls: TlsFiles): void {
    this.#tls.setSecureContext(contextOf(tls));
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Connections that were cut off before their handshake was done, so that others could come in. */
  get displaced(): number {
    return this.#displaced;
  }

  /** Takes no more connections, tells HTTP/2 clients to go away, waits for what runs, then cuts what is left after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#tls.close(() => resolve()));
    for (const session of this.#sessions) session.close();
    // Connections that are answering now become idle later.
    const sweep = setInterval(() => this.#http1.closeIdleConnections(), 100);
    this.#http1.closeIdleConnections();
    const cut = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, graceMs);
    await closed;
    clearTimeout(cut);
    clearInterval(sweep);
    this.#http1.close();
  }
}

/** By the code of what the parser complains of. */
const statusOfFailure: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

function contextOf({ key, cert, clientCa, requestHeaderCa }: TlsFiles): { key: string; cert: string; ca: string[] } {
  return { key, cert, ca: requestHeaderCa === undefined ? [clientCa] : [clientCa, requestHeaderCa] };
}
