import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';

export interface KubeletTls {
  /** PEM. */
  readonly key: string;
  /** PEM, leaf first. */
  readonly cert: string;
  /** PEM of the authorities that client certificates are checked against. */
  readonly clientCa: string;
}

export interface ListenerOptions {
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  readonly tls: KubeletTls;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade: (request: IncomingMessage, socket: TLSSocket, head: Buffer) => void;
  readonly log: Logger;
}

/** Streams may be silent for this long. Upstream: streamingConnectionIdleTimeout. */
const idleTimeoutMs = 4 * 3600 * 1000;
/** With those that follow logs or stream; more are closed as they come. */
const mostConnections = 4_096;
/** Finds peers that have vanished. */
const keepAliveMs = 30_000;

/** One TLS port with HTTP/1.1. A client certificate is asked for, not demanded: who has none is told so in plain text. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<TLSSocket>();

  constructor(options: ListenerOptions) {
    const { tls, log } = options;
    this.#options = options;
    this.#server = createServer({
      ...contextOf(tls),
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
      handshakeTimeout: 10_000,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
      noDelay: true,
    });
    this.#server.timeout = idleTimeoutMs;
    this.#server.maxConnections = mostConnections;
    this.#server.on('secureConnection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('request', options.onRequest);
    this.#server.on('upgrade', (request, duplex, head) => {
      const socket = duplex as TLSSocket;
      socket.setTimeout(idleTimeoutMs, () => socket.destroy());
      socket.on('error', (error) => log.debug('upgraded connection failed', { error }));
      options.onUpgrade(request, socket, head);
    });
    this.#server.on('tlsClientError', (error) => log.debug('TLS handshake failed', { error }));
    this.#server.on('clientError', (error, socket) => {
      log.debug('malformed request', { error: toError(error) });
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
  }

  /** Resolves to the bound address. Rejects with Node's error (EADDRINUSE …). */
  listen(): Promise<AddressInfo> {
    const { address, port, log } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => log.error('listener failed', { error }));
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  /** New connections get these; the present ones go on. */
  setTls(tls: KubeletTls): void {
    this.#server.setSecureContext(contextOf(tls));
  }

  /** Ends all connections: what is streamed here does not end by itself. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

function contextOf({ key, cert, clientCa }: KubeletTls): { key: string; cert: string; ca: string } {
  return { key, cert, ca: clientCa };
}
