import type { AuditRecord } from '../audit/record.ts';
import type { UserInfo } from '../contract.ts';
import type { ParsedRequest } from './api-request.ts';
import type { Exchange } from './exchange.ts';
import type { RequestClass } from './request-class.ts';
import type { RequestInfo } from './request-info.ts';

/** `long-running`: watches and streams, which have no deadline. */
export type RequestType = 'read' | 'write' | 'long-running';

/** What the pipeline knows of a request while it is worked on. Times are monotonic. */
export interface RunningRequest {
  readonly parsed: ParsedRequest;
  readonly requestClass: RequestClass;
  readonly type: RequestType;
  readonly startMs: number;
  readonly deadlineMs: number;
  /** The connection's, or what writes down what passes. */
  exchange: Exchange;
  /** Who asks (after impersonation); undefined as long as nobody knows. */
  user: UserInfo | undefined;
  permit: Permit | undefined;
  /** When it was let in. */
  enteredMs: number;
  audit: AuditRecord | undefined;
}

/** What is let in gives this back when it ends; often one object for many requests. */
export interface Permit {
  leave(nowMs: number, enteredMs: number): void;
}

/** Decides how many requests are worked on at once. */
export interface Gate {
  /** Rejects with ApiError `TooManyRequests`. A promise only when the request has to wait. */
  enter(request: RunningRequest, user: UserInfo): Permit | Promise<Permit>;
  /** The request is over: answered, refused or left, also one that never had a permit. */
  end?(request: RunningRequest): void;
}

const streams: ReadonlySet<string> = new Set(['log', 'exec', 'attach', 'portforward', 'proxy']);

export function requestTypeOf(info: RequestInfo): RequestType {
  if (info.isResource && (info.verb === 'watch' || streams.has(info.subresource))) return 'long-running';
  // What only looks is a read, also where it is no resource.
  return info.verb === 'get' || info.verb === 'list' || info.verb === 'head' ? 'read' : 'write';
}
