import type { IncomingHttpHeaders } from 'node:http2';

/** One request to the API server. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request, and the body of its answer. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Must be read to its end, or the request aborted. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** How requests reach the server. Rejects with the signal's reason when it aborts; any other error: no answer came. */
export interface Transport {
  request(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}
