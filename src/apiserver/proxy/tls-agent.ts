import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { toError } from '../../base/errors.ts';
import type { Endpoint, NodeConnection } from './node-connection.ts';

/** Somebody who is spoken to over TLS: a webhook, an aggregated API server. */
export interface TlsTarget {
  /** What the certificate must be for. */
  readonly servername: string;
  /** Authority, own certificate and so on; PEM. */
  readonly tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized'>;
  /** Asked for each new connection. Throws Error when there is none. */
  endpoint(): Endpoint;
}

const idleMs = 30_000;

/** Connects through whatever reaches pods and services. Rejects with Error after 30 s at the latest. */
export async function connectTarget(
  { servername, tls: options, endpoint }: TlsTarget,
  connection: NodeConnection,
  signal: AbortSignal = AbortSignal.timeout(idleMs),
): Promise<TLSSocket> {
  const socket = await connection.dial(endpoint(), signal);
  return new Promise((resolve, reject) => {
    const isName = !/^[\d.]+$|:/.test(servername);
    const tls = connectTls({
      socket,
      host: servername,
      ...(isName && { servername }),
      ...options,
      ALPNProtocols: ['http/1.1'],
    });
    const timer = setTimeout(() => tls.destroy(new Error('TLS handshake timeout')), idleMs);
    tls.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    tls.once('secureConnect', () => {
      clearTimeout(timer);
      resolve(tls);
    });
  });
}

/** Keeps connections to one target for a while. */
export class TlsAgent extends Agent {
  readonly #target: TlsTarget;
  readonly #connection: NodeConnection;

  constructor(target: TlsTarget, connection: NodeConnection) {
    super({ keepAlive: true, timeout: idleMs, maxFreeSockets: 8, scheduling: 'lifo' });
    this.#target = target;
    this.#connection = connection;
  }

  override createConnection(
    _options: unknown,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    connectTarget(this.#target, this.#connection).then(
      (socket) => callback?.(null, socket),
      (error: unknown) => callback?.(toError(error), undefined as never),
    );
    return undefined;
  }
}
