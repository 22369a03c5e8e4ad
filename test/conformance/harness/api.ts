import type { IncomingHttpHeaders } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from '../../../src/api/status.ts';
import { apiErrorOf, readLines } from '../../../src/client/http/answers.ts';
import type { HttpRequest, Transport } from '../../../src/client/http/transport.ts';

// biome-ignore lint/suspicious/noExplicitAny: objects of every kind, as a client without types sees them
export type Loose = any;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed, where it is JSON. */
  readonly json: Loose;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Loose;
}

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;
export type PatchType = keyof typeof patchTypes;

/** A plain client: paths, bodies and what comes back. Calls reject with ApiError when the answer is not 2xx. */
export class Api {
  readonly #transport: Transport;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(transport: Transport, headers: Readonly<Record<string, string>> = {}) {
    this.#transport = transport;
    this.#headers = headers;
  }

  /** The same connection, with more headers on each request. */
  with(headers: Readonly<Record<string, string>>): Api {
    return new Api(this.#transport, { ...this.#headers, ...headers });
  }

  /** Any answer is a result. */
  async raw(method: HttpRequest['method'], path: string, options: CallOptions = {}): Promise<Answer> {
    const { body, headers, timeoutMs = 60_000 } = options;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await this.#transport.request({
      method,
      path,
      headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...this.#headers, ...headers },
      ...(text !== undefined && { body: text }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    const received = Buffer.concat(chunks).toString('utf8');
    const isJson = `${answer.headers['content-type']}`.includes('json');
    return { ...answer, text: received, json: isJson && received !== '' ? JSON.parse(received) : undefined };
  }

  async #call(method: HttpRequest['method'], path: string, options: CallOptions = {}): Promise<Loose> {
    const { status, json, text } = await this.raw(method, path, options);
    if (status >= 300) throw apiErrorOf(status, json ?? text);
    return json ?? text;
  }

  get = (path: string, headers?: CallOptions['headers']): Promise<Loose> =>
    this.#call('GET', path, headers ? { headers } : {});
  create = (path: string, body: unknown): Promise<Loose> => this.#call('POST', path, { body });
  update = (path: string, body: unknown): Promise<Loose> => this.#call('PUT', path, { body });
  patch = (path: string, body: unknown, type: PatchType = 'merge'): Promise<Loose> =>
    this.#call('PATCH', path, { body, headers: { 'content-type': patchTypes[type] } });
  /** A single object or, without a name in the path, a collection. */
  delete = (path: string, options?: Loose): Promise<Loose> =>
    this.#call(
      'DELETE',
      path,
      options === undefined ? {} : { body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options } },
    );

  /** Reads, changes and writes until no other write came between. */
  async modify(path: string, change: (object: Loose) => void): Promise<Loose> {
    for (let left = 20; ; left--) {
      const object = await this.get(path);
      change(object);
      try {
        return await this.update(path, object);
      } catch (error) {
        if (left === 0 || !(error instanceof ApiError) || error.reason !== 'Conflict') throw error;
      }
    }
  }

  /** Starts when the server has answered. `path` may have a query; `watch=true` is added. */
  async watch(path: string): Promise<Watch> {
    const stop = new AbortController();
    const answer = await this.#transport.request({
      method: 'GET',
      path: `${path}${path.includes('?') ? '&' : '?'}watch=true`,
      headers: this.#headers,
      signal: stop.signal,
    });
    if (answer.status !== 200) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of answer.body) chunks.push(chunk);
      throw apiErrorOf(answer.status, JSON.parse(Buffer.concat(chunks).toString('utf8')));
    }
    return new Watch(readLines(answer.body) as AsyncGenerator<WatchEvent>, stop);
  }
}

/** The events of one watch, in order. */
export class Watch {
  readonly #events: AsyncGenerator<WatchEvent>;
  readonly #stop: AbortController;
  /** Read from the stream and not yet taken. */
  #pending: Promise<IteratorResult<WatchEvent>> | undefined;

  constructor(events: AsyncGenerator<WatchEvent>, stop: AbortController) {
    this.#events = events;
    this.#stop = stop;
  }

  /** The next event, or undefined when none comes in time. */
  async poll(timeoutMs: number): Promise<WatchEvent | undefined> {
    this.#pending ??= this.#events.next();
    this.#pending.catch(() => undefined); // told to whoever awaits it
    const timer = new AbortController();
    const late = delay(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined);
    const result = await Promise.race([this.#pending, late]).finally(() => timer.abort());
    if (result === undefined) return undefined;
    this.#pending = undefined;
    if (result.done) throw new Error('the watch ended');
    return result.value;
  }

  /** Fails when no event comes. */
  async next(timeoutMs = 10_000): Promise<WatchEvent> {
    const event = await this.poll(timeoutMs);
    if (event === undefined) throw new Error(`the watch had no event within ${timeoutMs} ms`);
    return event;
  }

  /** The first event that passes; earlier ones are left out. */
  async until(check: (event: WatchEvent) => unknown, timeoutMs = 10_000): Promise<WatchEvent> {
    const endsAt = performance.now() + timeoutMs;
    const passed: string[] = [];
    for (;;) {
      const event = await this.poll(Math.max(endsAt - performance.now(), 1));
      if (event === undefined)
        throw new Error(`none of the watch's events passed: ${passed.join(', ') || 'none came'}`);
      if (check(event)) return event;
      passed.push(`${event.type} ${event.object.metadata?.name}@${event.object.metadata?.resourceVersion}`);
    }
  }

  stop(): void {
    this.#stop.abort(new Error('the watch was stopped'));
  }
}
