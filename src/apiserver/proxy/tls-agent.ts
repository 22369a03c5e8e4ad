import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { errorCode, toError } from '../../base/errors.ts';
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

const unknownAuthority = new Set([
  ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** Why a target could not be spoken to, as Go's client words it. */
export function failureText(
  error: unknown,
  target: Pick<TlsTarget, 'servername' | 'endpoint'>,
  isLate: boolean,
): string {
  if (isLate) return 'context deadline exceeded';
  const code = errorCode(error) ?? '';
  const prefix = 'tls: failed to verify certificate: x509:';
  if (unknownAuthority.has(code)) return `${prefix} certificate signed by unknown authority`;
  if (code === 'CERT_HAS_EXPIRED') return `${prefix} certificate has expired or is not yet valid`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `${prefix} certificate is not valid for ${target.servername}`;
  if (code === 'ECONNREFUSED') {
    const { host, port } = target.endpoint();
    return `dial tcp ${host.includes(':') ? `[${host}]` : host}:${port}: connect: connection refused`;
  }
  return toError(error).message;
}
