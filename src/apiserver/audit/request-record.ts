import type { ApiError } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Decision, UserInfo } from '../contract.ts';
import type { ParsedRequest } from '../http/api-request.ts';
import type { Exchange } from '../http/exchange.ts';
import { bodyOf, isRecord, withoutManagedFields } from './bodies.ts';
import {
  type AuditEvent,
  type AuditObject,
  type AuditStatus,
  auditObject,
  auditUser,
  microTime,
  sourceAddresses,
} from './event.ts';
import type { Stage } from './policy.ts';
import type { AuditRecord } from './record.ts';
import { RecordingExchange } from './recording-exchange.ts';
import type { Plan } from './rules.ts';

export interface RequestRecordOptions {
  readonly exchange: Exchange;
  readonly parsed: ParsedRequest;
  readonly user: UserInfo;
  readonly longRunning: boolean;
  readonly plan: Plan;
  readonly clock: Clock;
  /** False: there is no more to it than a refusal. */
  readonly begins: boolean;
  readonly write: (event: AuditEvent) => Promise<void> | undefined;
  /** An event could not be made. */
  readonly failed: (error: Error) => void;
}

const writes: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** One request's way through the stages. */
export class RequestRecord implements AuditRecord {
  readonly #options: RequestRecordOptions;
  readonly #receivedMs: number;
  /** Read at the start: the connection may be gone at the end. */
  readonly #sourceIPs: readonly string[];
  readonly #recording: RecordingExchange;
  readonly ready: Promise<void> | undefined;
  #impersonated: UserInfo | undefined;
  readonly #annotations = new Map<string, string>();

  constructor(options: RequestRecordOptions) {
    this.#options = options;
    this.#receivedMs = options.clock.now();
    const { plan, parsed, longRunning, exchange } = options;
    this.#sourceIPs = sourceAddresses(exchange);
    const bodies = parsed.info.isResource && !longRunning;
    this.#recording = new RecordingExchange(exchange, {
      request: bodies && plan.level !== 'Metadata' && writes.has(parsed.info.verb),
      response: bodies && plan.level === 'RequestResponse',
      onOpen: (status) => {
        if (longRunning) void this.#emit('ResponseStarted', { status: { metadata: {}, code: status } });
      },
    });
    this.ready = options.begins ? this.#emit('RequestReceived', {}) : undefined;
  }

  get exchange(): Exchange {
    return this.#recording;
  }

  impersonated(user: UserInfo): void {
    this.#impersonated = user;
  }

  decided({ decision, reason }: Decision): void {
    this.#annotations.set('authorization.k8s.io/decision', decision === 'allow' ? 'allow' : 'forbid');
    this.#annotations.set('authorization.k8s.io/reason', reason);
  }

  /** Nobody knows who asks; upstream writes this down as a response that has started. */
  refused({ message, httpCode, reason }: ApiError): void {
    const failed = `Authentication failed: ${message}`;
    void this.#emit('ResponseStarted', {
      status: { metadata: {}, status: 'Failure', message: failed, reason, code: httpCode },
    });
  }

  end({ annotations, fault }: Parameters<AuditRecord['end']>[0]): void {
    for (const [key, value] of annotations ?? []) if (!this.#annotations.has(key)) this.#annotations.set(key, value);
    this.#last(fault ? 'Panic' : 'ResponseComplete').catch((error: unknown) => this.#options.failed(toError(error)));
  }

  async #last(stage: Stage): Promise<void> {
    const { plan, exchange } = this.#options;
    const recording = this.#recording;
    const [request, response] = await Promise.all([
      bodyOf(recording.request, String(exchange.headers['content-type'] ?? ''), undefined),
      bodyOf(recording.response, recording.responseType, recording.responseEncoding),
    ]);
    if (request.isTooLarge || response.isTooLarge) this.#annotations.set('audit.k8s.io/truncated', 'true');
    const [requestObject, answered] = [request.object, response.object];
    const code = recording.isUpgraded ? 101 : recording.status;
    const strip = (object: unknown) => (plan.omitManagedFields ? withoutManagedFields(object) : object);
    const responseObject = plan.level === 'RequestResponse' ? answered : undefined;
    await this.#emit(stage, {
      status: statusOf(code, answered),
      object: nameFrom(requestObject),
      ...(requestObject !== undefined && { requestObject: strip(requestObject) }),
      ...(responseObject !== undefined && { responseObject: strip(responseObject) }),
    });
  }

  #emit(
    stage: Stage,
    more: {
      readonly status?: AuditStatus | undefined;
      readonly object?: AuditObject;
      readonly requestObject?: unknown;
      readonly responseObject?: unknown;
    },
  ): Promise<void> | undefined {
    const { plan, parsed, user, exchange, clock, write } = this.#options;
    if (plan.omitStages.has(stage)) return undefined;
    const { status, object, ...bodies } = more;
    const about = auditObject(parsed.info);
    const agent = exchange.headers['user-agent'];
    const written = write({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: plan.level,
      auditID: parsed.auditId,
      stage,
      requestURI: exchange.query === '' ? exchange.path : `${exchange.path}?${exchange.query}`,
      verb: parsed.info.verb,
      user: auditUser(user),
      ...(this.#impersonated && { impersonatedUser: auditUser(this.#impersonated) }),
      sourceIPs: this.#sourceIPs,
      ...(agent !== undefined && { userAgent: agent }),
      ...(about && { objectRef: { ...object, ...about } }),
      ...(status && { responseStatus: status }),
      ...bodies,
      requestReceivedTimestamp: microTime(this.#receivedMs),
      stageTimestamp: microTime(clock.now()),
      ...(this.#annotations.size > 0 && { annotations: Object.fromEntries(this.#annotations) }),
    });
    // Only the first stage is waited for; what is lost later was complained about and counted where it was lost.
    if (stage === 'RequestReceived') return written;
    return written?.catch(() => undefined);
  }
}

function statusOf(code: number, answered: unknown): AuditStatus | undefined {
  if (code === 0) return undefined; // the client left before anything was said
  if (!isRecord(answered) || answered['kind'] !== 'Status') return { metadata: {}, code };
  const { status, message, reason, details } = answered;
  return {
    metadata: {},
    ...(typeof status === 'string' && { status }),
    ...(typeof message === 'string' && { message }),
    ...(typeof reason === 'string' && { reason }),
    ...(details !== undefined && { details }),
    code,
  };
}

/** What the body says of the object where the path does not: a create's name. */
function nameFrom(object: unknown): AuditObject {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  if (!isRecord(metadata)) return {};
  const { name, uid, resourceVersion } = metadata;
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof uid === 'string' && { uid }),
    ...(typeof resourceVersion === 'string' && { resourceVersion }),
  };
}
