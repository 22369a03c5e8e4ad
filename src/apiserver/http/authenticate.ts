import type { TLSSocket } from 'node:tls';
import { isApiError } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { bearerToken } from '../authentication/token.ts';
import { unauthorized } from '../authentication/unauthorized.ts';
import type { Authenticator, UserInfo } from '../contract.ts';
import type { Exchange } from './exchange.ts';
import { type ClientAuthorities, type Peer, Peers } from './peer.ts';

export interface RequestAuthenticatorOptions {
  readonly authenticator: Authenticator;
  readonly authorities: ClientAuthorities;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Remembered {
  readonly user: UserInfo;
  readonly untilMs: number;
}

/** One connection: its certificate, and who that is. */
interface Connection extends Peer {
  remembered?: Remembered;
}

/** Whom single paths may be opened to: not to be taken for somebody on others. */
const anonymous = 'system:anonymous';
/** As upstream's token cache: what was true is taken as true this long. */
const rememberMs = 10_000;
const mostTokens = 4096;
/** Headers that are longer are looked at each time. */
const longestKept = 8192;
/** Whoever asks about a token that is being looked at waits for that answer, this long at most. */
const answerMs = 30_000;
/** Of lines in the log about requests that were refused. */
const logEveryMs = 1000;

/** Asks the authenticator, and remembers its answer for a while per connection (certificates) and per token. */
export class RequestAuthenticator {
  readonly #options: RequestAuthenticatorOptions;
  #peers: Peers;
  readonly #connections = new WeakMap<TLSSocket, Connection>();
  readonly #byToken = new Map<string, Remembered>();
  readonly #pending = new Map<string, Promise<UserInfo | undefined>>();
  #refusedSinceLog = 0;
  #loggedMs = Number.NEGATIVE_INFINITY;

  constructor(options: RequestAuthenticatorOptions) {
    this.#options = options;
    this.#peers = new Peers(options.authorities);
  }

  /** New connections are judged by these. */
  setAuthorities(authorities: ClientAuthorities): void {
    this.#peers = new Peers(authorities);
  }

  /** `path` is decoded. Throws ApiError `Unauthorized`. Synchronous when the answer is remembered. */
  authenticate(exchange: Exchange, path: string): UserInfo | Promise<UserInfo> {
    const { socket, headers } = exchange;
    let connection = this.#connections.get(socket);
    if (!connection) {
      connection = this.#peers.of(socket);
      this.#connections.set(socket, connection);
    }
    const now = this.#options.clock.monotonic();
    // A certificate comes before a token, and what a proxy says of others changes from request to request.
    if (connection.certificate) {
      const { remembered } = connection;
      const isOwn = !connection.certificate.isRequestHeader || !('x-remote-user' in headers);
      if (remembered && isOwn && now < remembered.untilMs) return remembered.user;
    } else if (headers.authorization !== undefined) {
      const remembered = this.#byToken.get(headers.authorization);
      if (remembered && now < remembered.untilMs) return remembered.user;
    }
    return this.#ask(exchange, connection, path);
  }

  async #ask(exchange: Exchange, connection: Connection, path: string): Promise<UserInfo> {
    try {
      return await this.#identify(exchange, connection, path);
    } catch (error) {
      if (isApiError(error, 'Unauthorized')) this.#tell(error.cause);
      throw error;
    }
  }

  async #identify(exchange: Exchange, connection: Connection, path: string): Promise<UserInfo> {
    const { authenticator, clock } = this.#options;
    const { headers, rawHeaders, signal } = exchange;
    // Only of what is a bearer token for whoever reads it as well can it be said that it alone decides.
    const token = bearerToken(headers.authorization) === undefined ? undefined : headers.authorization;
    const expired = connection.notAfterMs < clock.now();
    if ((connection.refused || expired) && token === undefined)
      throw unauthorized(
        expired ? 'the client certificate has expired' : 'the client certificate is of no known authority',
      );
    const certificate = expired ? undefined : connection.certificate;
    const credentials = { headers, rawHeaders, path, ...(certificate && { certificate }) };
    if (certificate) {
      const user = await authenticator.authenticate(credentials, signal);
      if (!user) throw unauthorized('the client certificate names no user');
      const isOwn = !certificate.isRequestHeader && token === undefined && user.name !== anonymous;
      if (isOwn) connection.remembered = { user, untilMs: clock.monotonic() + rememberMs };
      return user;
    }
    const user = await (token === undefined
      ? authenticator.authenticate(credentials, signal)
      : this.#shared(token, signal, (ends) => authenticator.authenticate(credentials, ends)));
    if (!user) throw unauthorized('there are no credentials');
    if (token !== undefined) this.#remember(token, user);
    return user;
  }

  /** Several requests with one token ask once; each may give up on its own. */
  async #shared(
    token: string,
    signal: AbortSignal,
    ask: (ends: AbortSignal) => Promise<UserInfo | undefined>,
  ): Promise<UserInfo | undefined> {
    let pending = this.#pending.get(token);
    if (!pending) {
      pending = ask(AbortSignal.timeout(answerMs)).finally(() => this.#pending.delete(token));
      this.#pending.set(token, pending);
    }
    return Promise.race([pending, rejection(signal)]);
  }

  #remember(token: string, user: UserInfo): void {
    if (user.name === anonymous || token.length > longestKept) return;
    const now = this.#options.clock.monotonic();
    this.#byToken.delete(token);
    this.#byToken.set(token, { user, untilMs: now + rememberMs });
    // In the order in which they end: no token lies here longer than it serves.
    for (const [oldest, { untilMs }] of this.#byToken) {
      if (untilMs > now && this.#byToken.size <= mostTokens) break;
      this.#byToken.delete(oldest);
    }
  }

  /** Why somebody was refused is the administrator's to know; a flood of such requests must not flood the log. */
  #tell(reason: unknown): void {
    this.#refusedSinceLog++;
    const now = this.#options.clock.monotonic();
    if (now - this.#loggedMs < logEveryMs) return;
    this.#options.log.info('requests not authenticated', {
      count: this.#refusedSinceLog,
      reason: reason === undefined ? 'no reason given' : toError(reason).message,
    });
    this.#refusedSinceLog = 0;
    this.#loggedMs = now;
  }
}

/** Never resolves; rejects with the signal's reason. */
function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
