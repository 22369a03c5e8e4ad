import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { type Readable, Writable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Exchange, Upgrade } from '../http/exchange.ts';
import { Captured } from './bodies.ts';

export interface RecordingOptions {
  readonly request: boolean;
  readonly response: boolean;
  /** The answer has begun and goes on. */
  readonly onOpen: (status: number) => void;
}

/** An exchange that keeps what passes through it. */
export class RecordingExchange implements Exchange {
  readonly #inner: Exchange;
  readonly #options: RecordingOptions;
  #body: Readable | undefined;
  readonly request = new Captured();
  readonly response = new Captured();
  responseType = '';
  responseEncoding: string | undefined;
  isUpgraded = false;

  constructor(inner: Exchange, options: RecordingOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  get method(): string {
    return this.#inner.method;
  }
  get path(): string {
    return this.#inner.path;
  }
  get query(): string {
    return this.#inner.query;
  }
  get headers(): IncomingHttpHeaders {
    return this.#inner.headers;
  }
  get rawHeaders(): readonly string[] {
    return this.#inner.rawHeaders;
  }
  get protocol(): Exchange['protocol'] {
    return this.#inner.protocol;
  }
  get socket(): TLSSocket {
    return this.#inner.socket;
  }
  get signal(): AbortSignal {
    return this.#inner.signal;
  }
  throwIfAborted(): void {
    this.#inner.throwIfAborted();
  }
  get answered(): boolean {
    return this.#inner.answered;
  }
  get status(): number {
    return this.#inner.status;
  }
  get sentBytes(): number {
    return this.#inner.sentBytes;
  }

  get body(): Readable {
    if (!this.#body) {
      this.#body = this.#inner.body;
      // A stream begins to flow a turn later: whoever takes the body now gets all of it as well.
      if (this.#options.request) this.#body.on('data', (chunk: Buffer) => this.request.add(chunk));
    }
    return this.#body;
  }

  get upgrade(): Upgrade | undefined {
    const upgrade = this.#inner.upgrade;
    if (!upgrade) return undefined;
    return {
      ...upgrade,
      take: () => {
        this.isUpgraded = true;
        this.#options.onOpen(101);
        return upgrade.take();
      },
    };
  }

  flushed(): Promise<void> {
    return this.#inner.flushed();
  }

  abort(reason: Error): void {
    this.#inner.abort(reason);
  }

  breakOff(): void {
    this.#inner.breakOff();
  }

  send(status: number, headers: OutgoingHttpHeaders, body?: Uint8Array | string): void {
    this.#note(headers);
    // Of refusals the Status is written down at every level.
    if (body !== undefined && (this.#options.response || status >= 400)) this.response.add(body);
    this.#inner.send(status, headers, body);
  }

  open(status: number, headers: OutgoingHttpHeaders): Writable {
    this.#note(headers);
    this.#options.onOpen(status);
    const out = this.#inner.open(status, headers);
    return this.#options.response ? new Tee(out, this.response) : out;
  }

  #note(headers: OutgoingHttpHeaders): void {
    this.responseType = String(headers['content-type'] ?? '');
    this.responseEncoding = headers['content-encoding'] === undefined ? undefined : String(headers['content-encoding']);
  }
}

/** Passes everything on, with its back-pressure, and keeps it. */
class Tee extends Writable {
  readonly #out: Writable;
  readonly #captured: Captured;

  constructor(out: Writable, captured: Captured) {
    super({ highWaterMark: out.writableHighWaterMark });
    this.#out = out;
    this.#captured = captured;
    out.once('error', (error) => this.destroy(error));
    out.once('close', () => this.destroy());
  }

  override _write(chunk: Buffer, encoding: NodeJS.BufferEncoding, done: (error?: Error | null) => void): void {
    this.#captured.add(chunk);
    this.#out.write(chunk, encoding, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#out.end(() => done());
  }
}
