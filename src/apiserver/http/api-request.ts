import type { OutgoingHttpHeaders } from 'node:http';
import type { RequestContext, UserInfo } from '../contract.ts';
import type { Exchange } from './exchange.ts';
import { parseQuery, type Query } from './query.ts';
import { type RequestInfo, requestInfo } from './request-info.ts';
import { Warnings } from './warnings.ts';

/** Answers one request. Throws ApiError, which becomes the answer. */
export type Handler = (request: ApiRequest) => Promise<void> | void;

/** A request on its way through the server. The request's context for the registry is made from it by `readContext` and `writeContext`. */
export class ApiRequest {
  readonly exchange: Exchange;
  readonly query: Query;
  readonly info: RequestInfo;
  readonly auditId: string;
  /** Who asks (after impersonation). */
  readonly user: UserInfo;
  readonly #warnings: Warnings;
  readonly #parsed: ParsedRequest;

  constructor(exchange: Exchange, parsed: ParsedRequest, user: UserInfo) {
    this.exchange = exchange;
    this.query = parsed.query;
    this.info = parsed.info;
    this.auditId = parsed.auditId;
    this.#warnings = parsed.warnings;
    this.#parsed = parsed;
    this.user = user;
  }

  get signal(): AbortSignal {
    return this.exchange.signal;
  }

  readonly warn = (text: string): void => {
    this.#warnings.add(text);
  };

  /** For the audit event of this request; the first value of a key stays, as upstream. */
  readonly annotate = (key: string, value: string): void => {
    this.#parsed.annotations ??= new Map();
    const { annotations } = this.#parsed;
    if (annotations.size < mostAnnotations && !annotations.has(key)) annotations.set(key, value);
  };

  /** The headers every answer has, and `more`. A new object, which the caller may change. */
  headers(contentType: string): OutgoingHttpHeaders {
    const headers: OutgoingHttpHeaders = {
      'audit-id': this.auditId,
      'cache-control': 'no-cache, private',
      'content-type': contentType,
    };
    const { header } = this.#warnings;
    if (header !== undefined) headers.warning = header;
    addFlowHeaders(headers, this.#parsed.flow);
    return headers;
  }
}

/** What is known of a request before anybody is asked who sent it. */
export interface ParsedRequest {
  readonly query: Query;
  readonly info: RequestInfo;
  readonly auditId: string;
  readonly warnings: Warnings;
  /** What plugins want in the audit event; absent until the first. */
  annotations: Map<string, string> | undefined;
  /** How the request was classified (priority and fairness). */
  flow: RequestFlow | undefined;
}

export interface RequestFlow {
  /** '' as long as the object is not stored. */
  readonly uid: string;
  readonly level: { readonly uid: string };
}

/** Upstream's headers that tell clients how they were classified. */
export function addFlowHeaders(headers: OutgoingHttpHeaders, flow: RequestFlow | undefined): void {
  if (!flow || flow.uid === '' || flow.level.uid === '') return;
  headers['x-kubernetes-pf-flowschema-uid'] = flow.uid;
  headers['x-kubernetes-pf-prioritylevel-uid'] = flow.level.uid;
}

/** More than the webhooks and policies of any request have to say. */
const mostAnnotations = 200;

/** Throws ApiError `BadRequest` for a path that cannot be decoded. `ids` names requests whose client does not. */
export function parseRequest(exchange: Exchange, ids: { next(): string }): ParsedRequest {
  const query = parseQuery(exchange.query);
  const given = exchange.headers['audit-id'];
  const auditId = typeof given === 'string' && given.length <= 64 ? given : ids.next();
  const info = requestInfo(exchange.method, exchange.path, query);
  return { query, info, auditId, warnings: new Warnings(), annotations: undefined, flow: undefined };
}

/** The context of a read: nothing of the query matters for it. */
export function readContext(request: ApiRequest): RequestContext {
  return new ReadContext(request);
}

class ReadContext implements RequestContext {
  readonly #request: ApiRequest;
  readonly dryRun = false;
  readonly fieldManager = '';
  readonly fieldValidation = 'Ignore';

  constructor(request: ApiRequest) {
    this.#request = request;
  }

  get user(): UserInfo {
    return this.#request.user;
  }

  /** Only what listens to it pays for it. */
  get signal(): AbortSignal {
    return this.#request.signal;
  }

  throwIfAborted(): void {
    this.#request.exchange.throwIfAborted();
  }

  get warn(): (text: string) => void {
    return this.#request.warn;
  }

  get annotate(): (key: string, value: string) => void {
    return this.#request.annotate;
  }
}
