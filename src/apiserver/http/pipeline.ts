import { ApiError, isApiError } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Authenticator, Authorizer, UserInfo } from '../contract.ts';
import { ApiRequest, type Handler, type ParsedRequest, parseRequest } from './api-request.ts';
import { RequestAuthenticator } from './authenticate.ts';
import { attributesOf, requireAllowed } from './authorize.ts';
import { clientGone, type Exchange } from './exchange.ts';
import { impersonate, wantsImpersonation } from './impersonate.ts';
import { defaultInFlightLimits, InFlight, type InFlightLimits, type RequestType } from './in-flight.ts';
import type { Metrics } from './metrics.ts';
import type { ClientAuthorities } from './peer.ts';
import type { RequestInfo } from './request-info.ts';
import { sendError } from './respond.ts';

export interface PipelineOptions {
  readonly authenticator: Authenticator;
  readonly authorities: ClientAuthorities;
  readonly authorizer: Authorizer;
  readonly route: Handler;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
  readonly inFlight?: InFlightLimits;
  /** For everything but streams. Default: 60 s. */
  readonly requestTimeoutMs?: number;
}

const streams = new Set(['log', 'exec', 'attach', 'portforward', 'proxy']);
const shuttingDown = new Error('the server is shutting down');

function typeOf(info: RequestInfo): RequestType {
  if (info.isResource && (info.verb === 'watch' || streams.has(info.subresource))) return 'long-running';
  return info.verb === 'get' || info.verb === 'list' ? 'read' : 'write';
}

/** What nginx, and many logs after it, call a request whose client went away. */
const clientClosedRequest = 499;

interface Running {
  readonly exchange: Exchange;
  readonly parsed: ParsedRequest;
  readonly deadlineMs: number;
}

/** From bytes to a handler and back: who asks, may they, how long, what went wrong. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #authenticator: RequestAuthenticator;
  readonly #inFlight: InFlight;
  readonly #timeoutMs: number;
  /** In order of their deadlines, which is the order of arrival. */
  readonly #running = new Set<Running>();
  readonly #streams = new Set<Exchange>();
  #sweep: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#authenticator = new RequestAuthenticator(options);
    this.#inFlight = new InFlight(options.inFlight ?? defaultInFlightLimits);
    this.#timeoutMs = options.requestTimeoutMs ?? 60_000;
    const { metrics } = options;
    metrics.gauge('apiserver_inflight_reads', 'Requests being answered.', () => this.#inFlight.reads);
    metrics.gauge('apiserver_inflight_writes', 'Writes being answered.', () => this.#inFlight.writes);
    metrics.gauge('apiserver_longrunning_requests', 'Watches and streams.', () => this.#inFlight.longRunning);
  }

  start(): void {
    this.#sweep = setInterval(() => this.#endOverdue(), 1000);
    this.#sweep.unref();
  }

  /** New connections are judged by these. */
  setAuthorities(authorities: ClientAuthorities): void {
    this.#authenticator.setAuthorities(authorities);
  }

  /** Ends watches and streams; what else runs may finish. */
  stop(): void {
    this.#stopping = true;
    clearInterval(this.#sweep);
    for (const exchange of this.#streams) exchange.abort(shuttingDown);
  }

  /** Never throws and never rejects: whatever goes wrong is the client's answer and, if it is our fault, in the log. */
  handle(exchange: Exchange): void {
    let parsed: ParsedRequest;
    let type: RequestType;
    try {
      parsed = parseRequest(exchange);
      type = typeOf(parsed.info);
      this.#inFlight.enter(type);
    } catch (error) {
      sendError(exchange, asApiError(error));
      return;
    }
    void this.#run(exchange, parsed, type);
  }

  async #run(exchange: Exchange, parsed: ParsedRequest, type: RequestType): Promise<void> {
    const startMs = this.#options.clock.monotonic();
    const running: Running = { exchange, parsed, deadlineMs: startMs + this.#timeoutMs };
    if (type === 'long-running') {
      this.#streams.add(exchange);
      if (this.#stopping) exchange.abort(shuttingDown);
    } else this.#running.add(running);
    let code = 200;
    try {
      await this.#answer(exchange, parsed);
    } catch (error) {
      code = this.#fail(exchange, parsed, error);
    } finally {
      this.#inFlight.leave(type);
      this.#streams.delete(exchange);
      this.#running.delete(running);
      const ms = this.#options.clock.monotonic() - startMs;
      this.#options.metrics.observe(parsed.info, code, type === 'long-running' ? undefined : ms / 1000);
      this.#options.log.debug('request', { method: exchange.method, path: exchange.path, code, ms });
    }
  }

  async #answer(exchange: Exchange, parsed: ParsedRequest): Promise<void> {
    const { authorizer, route } = this.#options;
    const known = this.#authenticator.authenticate(exchange, parsed.info.path);
    let user: UserInfo = 'then' in known ? await known : known;
    if (wantsImpersonation(exchange.headers)) {
      const asked = attributesOf(user, parsed.info, parsed.query);
      user = (await impersonate(exchange.rawHeaders, asked, authorizer)) ?? user;
    }
    const pending = requireAllowed(authorizer, attributesOf(user, parsed.info, parsed.query));
    if (pending) await pending;
    await route(new ApiRequest(exchange, parsed, user));
  }

  #fail(exchange: Exchange, parsed: ParsedRequest, thrown: unknown): number {
    if (thrown === clientGone || thrown === shuttingDown) return clientClosedRequest;
    // The client left in the middle of its answer, and whatever was writing it found out in its own way.
    if (exchange.answered && exchange.signal.aborted) return clientClosedRequest;
    const error = asApiError(thrown);
    if (!isApiError(thrown)) {
      const { method, path } = exchange;
      this.#options.log.error('request failed', { method, path, auditId: parsed.auditId, error: toError(thrown) });
    }
    sendError(exchange, error, parsed);
    return error.httpCode;
  }

  #endOverdue(): void {
    const now = this.#options.clock.monotonic();
    for (const running of this.#running) {
      if (running.deadlineMs > now) return;
      this.#running.delete(running);
      const error = new ApiError('Timeout', 'Timeout: request did not complete within the allotted timeout');
      sendError(running.exchange, error, running.parsed);
      running.exchange.abort(error);
    }
  }
}

function asApiError(thrown: unknown): ApiError {
  if (isApiError(thrown)) return thrown;
  return new ApiError('InternalError', `Internal error occurred: ${toError(thrown).message}`, undefined, {
    cause: thrown,
  });
}
