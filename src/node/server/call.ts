import type { ServerResponse } from 'node:http';

/** A request that wants an answer, not another protocol. */
export interface PlainCall {
  readonly response: ServerResponse;
  /** Decoded parts of the path after its first word. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** Aborts when the client goes away or the server stops. */
  readonly signal: AbortSignal;
}

export function sendText(response: ServerResponse, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
}

export function sendJson(response: ServerResponse, value: unknown): void {
  sendText(response, JSON.stringify(value), 'application/json');
}
