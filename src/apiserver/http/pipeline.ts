import { ApiError, isApiError } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Audit } from '../audit/audit.ts';
import type { AuditRecord } from '../audit/record.ts';
import type { Attributes, Authenticator, Authorizer, UserInfo } from '../contract.ts';
import { ApiRequest, type Handler, type ParsedRequest, parseRequest } from './api-request.ts';
import { AuditIds } from './audit-ids.ts';
import { RequestAuthenticator } from './authenticate.ts';
import { attributesOf, requireAllowed } from './authorize.ts';
import { timeoutOf } from './deadline.ts';
import { clientGone, type Exchange } from './exchange.ts';
import { impersonate, wantsImpersonation } from './impersonate.ts';
import type { ClientAuthorities } from './peer.ts';
import type { RequestClasses } from './request-class.ts';
import type { RequestMetrics } from './request-metrics.ts';
import { sendError } from './respond.ts';
import { type Gate, type RunningRequest, requestTypeOf } from './running-request.ts';

export interface PipelineOptions {
  readonly authenticator: Authenticator;
  readonly authorities: ClientAuthorities;
  readonly authorizer: Authorizer;
  readonly route: Handler;
  readonly classes: RequestClasses;
  readonly metrics: RequestMetrics;
  readonly gate: Gate;
  /** Absent: nothing is written down. */
  readonly audit?: Audit;
  readonly clock: Clock;
  readonly log: Logger;
  /** For everything but streams. Default: 60 s. */
  readonly requestTimeoutMs?: number;
}

const shuttingDown = new Error('the server is shutting down');
/** What nginx, and many logs after it, call a request whose client went away. */
const clientClosedRequest = 499;
/** Requests that take longer have a line in the log, as upstream's trace. */
const slowMs = 1000;
/** Answers above this are not over before they have left. */
const largeBytes = 64 * 1024;
/** When everything is slow, a few lines say so as well as thousands. */
const mostSlowLines = 10;
const slowLinesEveryMs = 10_000;

/** From bytes to a handler and back: who asks, may they, is there room, how long, what went wrong. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #authenticator: RequestAuthenticator;
  readonly #timeoutMs: number;
  readonly #ids = new AuditIds();
  readonly #running = new Set<RunningRequest>();
  readonly #streams = new Set<RunningRequest>();
  #sweep: NodeJS.Timeout | undefined;
  #stopping = false;
  #slow = { sinceMs: Number.NEGATIVE_INFINITY, lines: 0, unsaid: 0 };

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#authenticator = new RequestAuthenticator(options);
    this.#timeoutMs = options.requestTimeoutMs ?? 60_000;
  }

  start(): void {
    this.#sweep = setInterval(() => this.#endOverdue(), 1000);
    this.#sweep.unref();
  }

  /** New connections are judged by these. */
  setAuthorities(authorities: ClientAuthorities): void {
    this.#authenticator.setAuthorities(authorities);
  }

  /** Ends watches and streams; what else runs may finish, within its time. */
  stop(): void {
    this.#stopping = true;
    for (const { exchange } of this.#streams) exchange.abort(shuttingDown);
    if (this.#running.size === 0) clearInterval(this.#sweep);
  }

  /** Never throws and never rejects: whatever goes wrong is the client's answer and, if it is our fault, in the log. */
  handle(exchange: Exchange): void {
    let parsed: ParsedRequest | undefined;
    let running: RunningRequest;
    try {
      parsed = parseRequest(exchange, this.#ids);
      running = this.#begin(exchange, parsed);
    } catch (error) {
      sendError(exchange, asApiError(error), parsed);
      return;
    }
    void this.#run(running);
  }

  #begin(exchange: Exchange, parsed: ParsedRequest): RunningRequest {
    const startMs = this.#options.clock.monotonic();
    const { info, query } = parsed;
    const type = requestTypeOf(info);
    const running: RunningRequest = {
      parsed,
      requestClass: this.#options.classes.of(info),
      type,
      startMs,
      deadlineMs: type === 'long-running' ? Number.POSITIVE_INFINITY : startMs + timeoutOf(query, this.#timeoutMs),
      exchange,
      user: undefined,
      permit: undefined,
      enteredMs: 0,
      audit: undefined,
    };
    if (type === 'long-running') {
      this.#streams.add(running);
      if (this.#stopping) exchange.abort(shuttingDown);
    } else this.#running.add(running);
    this.#options.metrics.begin(running);
    return running;
  }

  async #run(running: RunningRequest): Promise<void> {
    let code: number | undefined;
    let fault = false;
    try {
      await this.#answer(running);
      // Whoever reads slowly keeps the seat that his answer's memory costs.
      if (running.exchange.sentBytes > largeBytes) await running.exchange.flushed();
    } catch (error) {
      code = this.#fail(running, error);
      fault = code !== clientClosedRequest && !isApiError(error);
    }
    const nowMs = this.#options.clock.monotonic();
    this.#leave(running, nowMs);
    this.#options.gate.end?.(running);
    this.#streams.delete(running);
    this.#running.delete(running);
    code ??= running.exchange.status;
    this.#options.metrics.end(running, code, nowMs);
    running.audit?.end({ annotations: running.parsed.annotations, fault });
    this.#log(running, code, nowMs);
  }

  async #answer(running: RunningRequest): Promise<void> {
    const { authorizer, route, gate } = this.#options;
    const { parsed } = running;
    const { info, query } = parsed;
    const known = this.#authenticator.authenticate(running.exchange, info.path);
    let user: UserInfo = 'then' in known ? await known : known;
    running.user = user;
    this.#options.metrics.authenticated();
    const record = this.#audit(running, user);
    if (record?.ready) await record.ready;
    if (wantsImpersonation(running.exchange.headers)) {
      const asked = attributesOf(user, info, query);
      const other = await impersonate(running.exchange.rawHeaders, asked, authorizer);
      if (other) {
        record?.impersonated(other);
        user = other;
      }
    }
    running.user = user;
    const permit = gate.enter(running, user);
    running.permit = 'then' in permit ? await permit : permit;
    running.enteredMs = this.#options.clock.monotonic();
    const attributes = attributesOf(user, info, query);
    const pending = record ? requireRecorded(authorizer, attributes, record) : requireAllowed(authorizer, attributes);
    if (pending) await pending;
    const answered = route(new ApiRequest(running.exchange, parsed, user));
    // A watch holds its seats while it begins: a turn later its first events are on their way.
    if (running.type === 'long-running') setImmediate(() => this.#leave(running, this.#options.clock.monotonic()));
    await answered;
  }

  #audit(running: RunningRequest, user: UserInfo): AuditRecord | undefined {
    const record = this.#options.audit?.begin(running.exchange, running.parsed, {
      user,
      longRunning: running.type === 'long-running',
    });
    if (!record) return undefined;
    running.audit = record;
    running.exchange = record.exchange;
    return record;
  }

  /** Seats are given back once, whichever comes first: the end of a stream's beginning, or the end of the request. */
  #leave(running: RunningRequest, nowMs: number): void {
    const { permit } = running;
    running.permit = undefined;
    permit?.leave(nowMs, running.enteredMs);
  }

  #fail(running: RunningRequest, thrown: unknown): number {
    const { exchange, parsed } = running;
    const left = thrown === clientGone || thrown === shuttingDown;
    // The client left in the middle of its answer, and whatever was writing it found out in its own way.
    if (left || (exchange.answered && exchange.signal.aborted)) {
      if (thrown !== shuttingDown) this.#options.metrics.aborted(running);
      return clientClosedRequest;
    }
    const error = asApiError(thrown);
    if (!running.user) {
      this.#options.metrics.unauthenticated(error.reason !== 'Unauthorized');
      this.#options.audit?.refused(exchange, parsed, error);
    }
    if (!isApiError(thrown)) {
      const { method, path } = exchange;
      this.#options.log.error('request failed', { method, path, auditId: parsed.auditId, error: toError(thrown) });
    }
    if (error.reason === 'TooManyRequests' && !running.permit) this.#options.metrics.terminated(running, 429);
    sendError(exchange, error, parsed);
    return error.httpCode;
  }

  #log({ exchange, parsed, startMs, enteredMs, type, user }: RunningRequest, code: number, nowMs: number): void {
    const { log } = this.#options;
    const ms = nowMs - startMs;
    const slow = ms >= slowMs && type !== 'long-running';
    if (!slow && !log.enabled('debug')) return;
    const fields = {
      method: exchange.method,
      path: exchange.path,
      code,
      ms: Math.round(ms),
      user: user?.name,
      agent: exchange.headers['user-agent'],
      auditId: parsed.auditId,
    };
    if (!slow) log.debug('request', fields);
    else if (this.#maySaySlow(nowMs)) {
      const enteredAfterMs = enteredMs === 0 ? undefined : Math.round(enteredMs - startMs);
      log.info('slow request', { ...fields, enteredAfterMs, unsaid: this.#slow.unsaid || undefined });
    }
  }

  #maySaySlow(nowMs: number): boolean {
    if (nowMs - this.#slow.sinceMs >= slowLinesEveryMs)
      this.#slow = { sinceMs: nowMs, lines: 0, unsaid: Math.max(0, this.#slow.lines - mostSlowLines) };
    return this.#slow.lines++ < mostSlowLines;
  }

  #endOverdue(): void {
    const now = this.#options.clock.monotonic();
    for (const running of this.#running) {
      if (running.deadlineMs > now) continue;
      this.#running.delete(running);
      const error = new ApiError('Timeout', 'Timeout: request did not complete within the allotted timeout');
      this.#options.metrics.terminated(running, 504);
      sendError(running.exchange, error, running.parsed);
      running.exchange.abort(error);
    }
    if (this.#stopping && this.#running.size === 0) clearInterval(this.#sweep);
  }
}

/** As `requireAllowed`; who decided what is written down. */
function requireRecorded(authorizer: Authorizer, attributes: Attributes, record: AuditRecord) {
  const recording: Authorizer = {
    async authorize(asked) {
      const decision = await authorizer.authorize(asked);
      record.decided(decision);
      return decision;
    },
  };
  return requireAllowed(recording, attributes);
}

function asApiError(thrown: unknown): ApiError {
  if (isApiError(thrown)) return thrown;
  return new ApiError('InternalError', `Internal error occurred: ${toError(thrown).message}`, undefined, {
    cause: thrown,
  });
}
