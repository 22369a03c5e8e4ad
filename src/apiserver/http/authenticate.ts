import type { TLSSocket } from 'node:tls';
import { ApiError } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import type { Authenticator, Credentials, UserInfo } from '../contract.ts';
import type { Exchange } from './exchange.ts';

type Certificate = NonNullable<Credentials['certificate']>;

/** What one connection's client certificate says; looked at once a connection. */
interface Peer {
  readonly certificate: Certificate | undefined;
  /** A certificate was sent and does not hold. */
  readonly refused: boolean;
}

interface Remembered {
  readonly user: UserInfo;
  readonly untilMs: number;
}

/** As upstream's token cache: what was true is taken as true this long. */
const rememberMs = 10_000;
const mostTokens = 4096;

export function unauthorized(): ApiError {
  return new ApiError('Unauthorized', 'Unauthorized');
}

/** Asks the authenticator, and remembers its answer for a while per connection (certificates) and per token. */
export class RequestAuthenticator {
  readonly #authenticator: Authenticator;
  readonly #clock: Clock;
  readonly #peers = new WeakMap<TLSSocket, Peer>();
  readonly #byConnection = new WeakMap<TLSSocket, Remembered>();
  readonly #byToken = new Map<string, Remembered>();

  constructor(authenticator: Authenticator, clock: Clock) {
    this.#authenticator = authenticator;
    this.#clock = clock;
  }

  /** Throws ApiError `Unauthorized`. Synchronous when the answer is remembered. */
  authenticate(exchange: Exchange): UserInfo | Promise<UserInfo> {
    const { socket } = exchange;
    const token = exchange.headers.authorization;
    const remembered = token === undefined ? this.#byConnection.get(socket) : this.#byToken.get(token);
    // Front-proxy headers change from request to request on one connection.
    const proxied = 'x-remote-user' in exchange.headers;
    if (remembered && !proxied && this.#clock.monotonic() < remembered.untilMs) return remembered.user;
    return this.#ask(exchange, token, proxied);
  }

  async #ask(exchange: Exchange, token: string | undefined, proxied: boolean): Promise<UserInfo> {
    const { socket } = exchange;
    let peer = this.#peers.get(socket);
    if (!peer) {
      peer = peerOf(socket);
      this.#peers.set(socket, peer);
    }
    if (peer.refused && token === undefined) throw unauthorized();
    const { certificate } = peer;
    const user = await this.#authenticator.authenticate(
      { headers: exchange.headers, ...(certificate && { certificate }) },
      exchange.signal,
    );
    if (!user) throw unauthorized();
    if (proxied) return user;
    const entry = { user, untilMs: this.#clock.monotonic() + rememberMs };
    if (token === undefined) {
      this.#byConnection.set(socket, entry);
      return user;
    }
    // A connection with a certificate and a token: only the pair says who it is.
    if (certificate) return user;
    this.#byToken.delete(token);
    this.#byToken.set(token, entry);
    if (this.#byToken.size > mostTokens) {
      const oldest = this.#byToken.keys().next();
      if (!oldest.done) this.#byToken.delete(oldest.value);
    }
    return user;
  }
}

function peerOf(socket: TLSSocket): Peer {
  const sent = socket.getPeerCertificate();
  // Node gives an empty object when the client sent none.
  if (!sent?.raw) return { certificate: undefined, refused: false };
  if (!socket.authorized) return { certificate: undefined, refused: true };
  const { CN, O } = sent.subject as { CN?: string | string[]; O?: string | string[] };
  const organizations = O === undefined ? [] : Array.isArray(O) ? O : [O];
  return {
    certificate: { commonName: (Array.isArray(CN) ? CN[0] : CN) ?? '', organizations, raw: sent.raw },
    refused: false,
  };
}
