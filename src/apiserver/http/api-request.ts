import { randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import type { RequestContext, UserInfo } from '../contract.ts';
import type { Exchange } from './exchange.ts';
import { parseQuery, type Query } from './query.ts';
import { type RequestInfo, requestInfo } from './request-info.ts';

/** Answers one request. Throws ApiError, which becomes the answer. */
export type Handler = (request: ApiRequest) => Promise<void> | void;

/** Warnings of one answer; more than a client would read are dropped, as upstream drops them (by length). */
const mostWarningBytes = 4096;

/** A request on its way through the server. The request's context for the registry is made from it by `readContext` and `writeContext`. */
export class ApiRequest {
  readonly exchange: Exchange;
  readonly query: Query;
  readonly info: RequestInfo;
  readonly auditId: string;
  /** Who asks (after impersonation). */
  readonly user: UserInfo;
  readonly #warnings: string[] = [];
  #warningBytes = 0;

  constructor(exchange: Exchange, parsed: ParsedRequest, user: UserInfo) {
    this.exchange = exchange;
    this.query = parsed.query;
    this.info = parsed.info;
    this.auditId = parsed.auditId;
    this.user = user;
  }

  get signal(): AbortSignal {
    return this.exchange.signal;
  }

  readonly warn = (text: string): void => {
    if (text === '' || this.#warnings.includes(text)) return;
    this.#warningBytes += text.length;
    if (this.#warningBytes <= mostWarningBytes) this.#warnings.push(text);
  };

  /** The headers every answer has, and `more`. A new object, which the caller may change. */
  headers(contentType: string): OutgoingHttpHeaders {
    const headers: OutgoingHttpHeaders = {
      'audit-id': this.auditId,
      'cache-control': 'no-cache, private',
      'content-type': contentType,
    };
    if (this.#warnings.length > 0) headers.warning = this.#warnings.map(warningHeader).join(', ');
    return headers;
  }
}

/** RFC 7234, section 5.5, code 299: a quoted string without control or non-ASCII characters. */
export function warningHeader(text: string): string {
  const clean = text.replaceAll(/[^\x20-\x7e]+/g, ' ').replaceAll(/["\\]/g, '\\$&');
  return `299 - "${clean}"`;
}

/** What is known of a request before anybody is asked who sent it. */
export interface ParsedRequest {
  readonly query: Query;
  readonly info: RequestInfo;
  readonly auditId: string;
}

/** Throws ApiError `BadRequest` for a path that cannot be decoded. */
export function parseRequest(exchange: Exchange): ParsedRequest {
  const query = parseQuery(exchange.query);
  const given = exchange.headers['audit-id'];
  const auditId = typeof given === 'string' && given.length <= 64 ? given : randomUUID();
  return { query, info: requestInfo(exchange.method, exchange.path, query), auditId };
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

  get warn(): (text: string) => void {
    return this.#request.warn;
  }
}
