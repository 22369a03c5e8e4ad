import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Duplex, Readable, Writable } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** One request and its answer, the same for HTTP/2 and HTTP/1.1. Exactly one of `send` and `open` is called, once. */
export interface Exchange {
  readonly method: string;
  /** As it came: percent-encoded, without the query. */
  readonly path: string;
  /** Without `?`; '' when there is none. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came: where a header is sent several times, its values stand apart. */
  readonly rawHeaders: readonly string[];
  readonly protocol: 'HTTP/1.1' | 'HTTP/2.0';
  readonly body: Readable;
  readonly socket: TLSSocket;
  /** Aborts when the client goes away before its answer is complete, and when `abort` is called. Made when first asked for. */
  readonly signal: AbortSignal;
  /** What `signal.throwIfAborted()` would do, without a signal being made for it. */
  throwIfAborted(): void;
  /** Whether an answer was begun. */
  readonly answered: boolean;
  /** Of the answer; 0 before it has begun, or when the connection was taken. */
  readonly status: number;
  /** Bytes of an answer that was sent whole; 0 for others. */
  readonly sentBytes: number;
  /** Present when the client wants another protocol on this connection (HTTP/1.1 only). */
  readonly upgrade: Upgrade | undefined;
  /** Resolves when the answer has left this process, or never will. */
  flushed(): Promise<void>;
  abort(reason: Error): void;
  /** Cuts an answer that was begun and cannot be finished, so that the client does not take it for whole. */
  breakOff(): void;
  /** The whole answer. */
  send(status: number, headers: OutgoingHttpHeaders, body?: Uint8Array | string): void;
  /** Begins an answer of unknown length. The caller minds back-pressure. */
  open(status: number, headers: OutgoingHttpHeaders): Writable;
}

/** A request with an `Upgrade` header. It may be answered like any other, or its connection taken. */
export interface Upgrade {
  readonly request: IncomingMessage;
  /** Bytes that came after the request's headers. */
  readonly head: Buffer;
  /** From here on the bytes are the caller's; no answer can be sent any more. */
  take(): Duplex;
}

/** The reason in `signal` when the client closed its request. */
export const clientGone = new Error('the client closed the request');

/** How long a client may go on sending after it was answered. */
const longestRestMs = 2000;

abstract class BaseExchange {
  #controller: AbortController | undefined;
  #aborted: Error | undefined;
  status = 0;
  sentBytes = 0;

  protected abstract onClose(fn: () => void): void;
  protected abstract readonly out: Writable;

  flushed(): Promise<void> {
    const { out } = this;
    if (out.writableFinished || out.destroyed) return Promise.resolve();
    return new Promise((resolve) => void out.once('finish', resolve).once('close', resolve));
  }
  /** Closed before its answer was complete. */
  protected abstract get isGone(): boolean;

  throwIfAborted(): void {
    if (this.#aborted) throw this.#aborted;
    if (this.isGone) throw clientGone;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      if (this.#aborted) controller.abort(this.#aborted);
      else this.onClose(() => controller.abort(clientGone));
    }
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.#aborted ??= reason;
    this.#controller?.abort(reason);
  }
}

function splitTarget(target: string): readonly [path: string, query: string] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

export class Http2Exchange extends BaseExchange implements Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly protocol = 'HTTP/2.0';
  readonly upgrade = undefined;
  readonly socket: TLSSocket;
  readonly #stream: ServerHttp2Stream;

  constructor(
    stream: ServerHttp2Stream,
    {
      headers,
      rawHeaders,
      socket,
    }: {
      readonly headers: IncomingHttpHeaders;
      readonly rawHeaders: readonly string[];
      readonly socket: TLSSocket;
    },
  ) {
    super();
    this.#stream = stream;
    this.socket = socket;
    this.headers = headers;
    this.rawHeaders = rawHeaders;
    this.method = String(headers[':method'] ?? 'GET');
    [this.path, this.query] = splitTarget(String(headers[':path'] ?? '/'));
  }

  get body(): Readable {
    return this.#stream;
  }

  get answered(): boolean {
    return this.#stream.headersSent || this.#stream.destroyed || this.#stream.closed;
  }

  /** Node ends the writable side itself when a client goes in the middle of an answer, and then calls it finished. */
  protected get isGone(): boolean {
    const { aborted, destroyed, writableFinished } = this.#stream;
    return aborted || (destroyed && !writableFinished);
  }

  protected get out(): Writable {
    return this.#stream;
  }

  protected onClose(fn: () => void): void {
    if (this.#stream.destroyed) fn();
    else
      this.#stream.once('close', () => {
        if (this.isGone) fn();
      });
  }

  breakOff(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  send(status: number, headers: OutgoingHttpHeaders, body?: Uint8Array | string): void {
    const stream = this.#stream;
    if (this.answered) return;
    headers[':status'] = status;
    this.status = status;
    if (body === undefined || this.method === 'HEAD') stream.respond(headers, { endStream: true });
    else {
      this.sentBytes = body.length;
      stream.respond(headers);
      stream.end(body);
    }
    if (!stream.endAfterHeaders && !stream.readableEnded) this.#dropRest();
  }

  /** Nobody reads what is left of the body: it must not hold the connection's window, nor the stream for long. */
  #dropRest(): void {
    const stream = this.#stream;
    stream.resume();
    const cut = () => {
      const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), longestRestMs);
      timer.unref();
      stream.once('close', () => clearTimeout(timer));
    };
    if (stream.writableFinished) cut();
    else stream.once('finish', cut);
  }

  open(status: number, headers: OutgoingHttpHeaders): Writable {
    if (!this.answered) {
      this.status = status;
      this.#stream.respond({ ...headers, ':status': status });
    }
    return this.#stream;
  }
}

export class Http1Exchange extends BaseExchange implements Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly protocol = 'HTTP/1.1';
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly upgrade: Upgrade | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, upgrade?: Upgrade) {
    super();
    this.upgrade = upgrade;
    this.#request = request;
    this.#response = response;
    this.method = request.method ?? 'GET';
    [this.path, this.query] = splitTarget(request.url ?? '/');
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers;
  }

  get rawHeaders(): readonly string[] {
    return this.#request.rawHeaders;
  }

  get body(): Readable {
    return this.#request;
  }

  get socket(): TLSSocket {
    return this.#request.socket as TLSSocket;
  }

  get answered(): boolean {
    return this.#response.headersSent || this.#response.destroyed;
  }

  protected get isGone(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished;
  }

  protected get out(): Writable {
    return this.#response;
  }

  protected onClose(fn: () => void): void {
    if (this.#response.destroyed) fn();
    else
      this.#response.once('close', () => {
        if (!this.#response.writableFinished) fn();
      });
  }

  breakOff(): void {
    this.#response.destroy();
  }

  send(status: number, headers: OutgoingHttpHeaders, body?: Uint8Array | string): void {
    if (this.answered) return;
    this.status = status;
    if (body !== undefined) {
      this.sentBytes = Buffer.byteLength(body);
      headers['content-length'] = this.sentBytes;
    }
    this.#response.writeHead(status, headers);
    this.#response.end(this.method === 'HEAD' ? undefined : body);
  }

  open(status: number, headers: OutgoingHttpHeaders): Writable {
    if (!this.answered) {
      this.status = status;
      this.#response.writeHead(status, headers);
      this.#response.flushHeaders();
    }
    return this.#response;
  }
}
