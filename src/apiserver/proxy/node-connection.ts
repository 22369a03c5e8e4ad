import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import { ApiError } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';

/** Where a connection goes. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** The node it runs on, if that is known: agents behind a tunnel are reached by name. */
  readonly nodeName?: string;
}

/** How the API server reaches nodes, pods and services. Other ways than plain TCP (tunnels) implement the same. */
export interface NodeConnection {
  /** A connected stream. Rejects when there is none within the deadline, or when the signal aborts. */
  dial(endpoint: Endpoint, signal: AbortSignal): Promise<Duplex>;
}

/** Only connecting has a deadline; what flows afterwards may be silent for as long as it likes. */
const dialTimeoutMs = 10_000;

/** Straight TCP. */
export const directConnection: NodeConnection = {
  dial({ host, port }, signal) {
    return new Promise((resolve, reject) => {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(dialTimeoutMs)]);
      const socket = connectTcp({ host, port, noDelay: true, keepAlive: true });
      const fail = (error: Error) => {
        socket.destroy();
        reject(error);
      };
      const onAbort = () => fail(new Error(`no connection to ${host}:${port} within ${dialTimeoutMs} ms`));
      deadline.addEventListener('abort', onAbort, { once: true });
      socket.once('error', fail);
      socket.once('connect', () => {
        deadline.removeEventListener('abort', onAbort);
        socket.off('error', fail);
        resolve(socket);
      });
    });
  },
};

/** What the API server shows to node agents, and whom it trusts. PEM. */
export interface KubeletCredentials {
  readonly key: string;
  readonly cert: string;
  /** The authority that signed the agents' serving certificates. */
  readonly ca: string;
}

/** TLS to a node agent, over whatever `connection` dials. Throws ApiError `ServiceUnavailable`. */
export async function connectKubelet(
  connection: NodeConnection,
  endpoint: Endpoint,
  { credentials, signal }: { readonly credentials: KubeletCredentials; readonly signal: AbortSignal },
): Promise<TLSSocket> {
  try {
    const socket = await connection.dial(endpoint, signal);
    return await handshake(socket, {
      ...credentials,
      checkServerIdentity: (_name, certificate) => checkServerIdentity(endpoint.host, certificate),
    });
  } catch (error) {
    throw unreachable(endpoint, error);
  }
}

/** Plain TCP to a pod or service. Throws ApiError `ServiceUnavailable`. */
export async function connectPlain(
  connection: NodeConnection,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<Duplex> {
  try {
    return await connection.dial(endpoint, signal);
  } catch (error) {
    throw unreachable(endpoint, error);
  }
}

/**
 * TLS to a pod or service. As upstream, its certificate is not looked at: nobody could say whose it should be. Throws ApiError
 * `ServiceUnavailable`.
 */
export async function connectSecure(
  connection: NodeConnection,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<TLSSocket> {
  try {
    return await handshake(await connection.dial(endpoint, signal), { rejectUnauthorized: false });
  } catch (error) {
    throw unreachable(endpoint, error);
  }
}

function unreachable({ host, port, nodeName }: Endpoint, error: unknown): ApiError {
  const where = nodeName ? `node ${nodeName} at ${host}:${port}` : `${host}:${port}`;
  return new ApiError(
    'ServiceUnavailable',
    `error trying to reach service: ${where}: ${toError(error).message}`,
    undefined,
    { cause: error },
  );
}

function handshake(socket: Duplex, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const tls = connectTls({ ...options, socket, ALPNProtocols: ['http/1.1'] });
    const timer = setTimeout(
      () => tls.destroy(new Error(`no TLS handshake within ${dialTimeoutMs} ms`)),
      dialTimeoutMs,
    );
    timer.unref();
    const fail = (error: Error) => {
      clearTimeout(timer);
      tls.destroy();
      reject(error);
    };
    tls.once('error', fail);
    tls.once('secureConnect', () => {
      clearTimeout(timer);
      tls.off('error', fail);
      resolve(tls);
    });
  });
}
