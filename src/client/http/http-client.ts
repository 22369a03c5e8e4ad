import type { Kind } from '../../api/kind.ts';
import { type KubeObject, keyOf, type ObjectRef } from '../../api/object.ts';
import { parseFieldSelector } from '../../api/selectors/field-selector.ts';
import { parseLabelSelector } from '../../api/selectors/label-selector.ts';
import { ApiError } from '../../api/status.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import { type Logger, silentLogger } from '../../base/log.ts';
import type {
  CallOptions,
  Client,
  DeleteOptions,
  KubeObjectLike,
  ListOptions,
  ListResult,
  NewObject,
  Patch,
  View,
  ViewOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../client.ts';
import { apiErrorOf, isStatus, readBody, readLines } from './answers.ts';
import { createHttp2Transport } from './http2-transport.ts';
import { runReflector } from './reflector.ts';
import { RemoteView } from './remote-view.ts';
import {
  type ApiRequest,
  deleteRequest,
  listQuery,
  patchRequest,
  pathOf,
  postRequest,
  putRequest,
} from './requests.ts';
import type { HttpAnswer, Transport } from './transport.ts';

export interface HttpClientOptions {
  /** `https://host:port`. */
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  /** PEM of a client certificate and its key. */
  readonly cert?: string;
  readonly key?: string;
  /** Bearer token; a function is asked at each request, for tokens that are renewed. */
  readonly token?: string | (() => string);
  /** User agent and field manager. */
  readonly name: string;
  readonly clock?: Clock;
  readonly log?: Logger;
  /** How long a call may take, watches apart. Default: 30 s. */
  readonly timeoutMs?: number;
  /** For tests: how requests travel. Default: HTTP/2 over TLS, one connection for calls and one for watches. */
  readonly transports?: { readonly calls: Transport; readonly watches: Transport };
}

export interface ClosableClient extends Client {
  /** Ends all watches and connections; later calls fail. */
  close(): void;
}

/** A client of any conforming API server. */
export function createHttpClient(options: HttpClientOptions): ClosableClient {
  return new HttpClient(options);
}

interface OpenView {
  readonly kind: Kind;
  readonly view: RemoteView<KubeObject>;
  selects(object: KubeObject): boolean;
}

class HttpClient implements ClosableClient {
  readonly #options: HttpClientOptions;
  readonly #calls: Transport;
  readonly #watches: Transport;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #views = new Map<string, OpenView>();
  readonly #stop = new AbortController();

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLogger;
    const { server, ca, cert, key } = options;
    const connection = { server, ca, clock: this.#clock, ...(cert && { cert }), ...(key && { key }) };
    // Apart, so that many watches take no call's place in the connection's streams.
    this.#calls = options.transports?.calls ?? createHttp2Transport(connection);
    this.#watches = options.transports?.watches ?? createHttp2Transport(connection);
  }

  async get<T extends KubeObject>(kind: Kind<T>, ref: ObjectRef, options: CallOptions = {}): Promise<T> {
    return (await this.#call({ method: 'GET', path: pathOf(kind, ref) }, options)) as T;
  }

  async list<T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}): Promise<ListResult<T>> {
    const path = pathOf(kind, namespaceOf(options), listQuery(options));
    const list = (await this.#call({ method: 'GET', path }, options)) as {
      readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
      readonly items?: readonly T[] | null;
    };
    const { resourceVersion, continue: token } = list.metadata;
    const items = (list.items ?? []).map((item) => withType(kind, item));
    return { items, resourceVersion, ...(token && { continue: token }) };
  }

  async *watch<T extends KubeObject>(kind: Kind<T>, options: WatchOptions): AsyncGenerator<WatchEvent<T>> {
    const { resourceVersion, signal } = options;
    const query = { ...listQuery(options), watch: true, allowWatchBookmarks: true, resourceVersion };
    const abort = AbortSignal.any([this.#stop.signal, ...(signal ? [signal] : [])]);
    try {
      const request = { method: 'GET', path: pathOf(kind, namespaceOf(options), query) } as const;
      const answer = await this.#send(this.#watches, request, abort);
      if (answer.status !== 200) throw apiErrorOf(answer.status, await readBody(answer.body));
      for await (const line of readLines(answer.body)) {
        const event = line as { readonly type: string; readonly object: unknown };
        if (event.type === 'ERROR') throw apiErrorOf(500, event.object);
        yield event as WatchEvent<T>;
      }
    } catch (error) {
      if (signal?.aborted) return;
      throw abort.aborted ? abort.reason : unreachable(error);
    }
  }

  async create<T extends KubeObject>(kind: Kind<T>, object: NewObject<T>, options: WriteOptions = {}): Promise<T> {
    const { namespace } = (object as unknown as KubeObject).metadata;
    const body = { ...object, apiVersion: kind.apiVersion, kind: kind.kind };
    const request = postRequest(kind, namespaceOf({ namespace }), { body, options, name: this.#options.name });
    return this.#wrote(kind, await this.#call(request, options), options);
  }

  async update<T extends KubeObject>(
    kind: Kind<T>,
    object: T,
    options: WriteOptions & { readonly subresource?: string } = {},
  ): Promise<T> {
    const { namespace, name = '' } = object.metadata;
    const target = { ...namespaceOf({ namespace }), name, subresource: options.subresource };
    const request = putRequest(kind, target, { body: withType(kind, object), options, name: this.#options.name });
    return this.#wrote(kind, await this.#call(request, options), options);
  }

  async patch<T extends KubeObject>(
    kind: Kind<T>,
    ref: ObjectRef,
    patch: Patch,
    options: WriteOptions & { readonly subresource?: string } = {},
  ): Promise<T> {
    const target = { ...ref, subresource: options.subresource };
    const request = patchRequest(kind, target, { patch, options, name: this.#options.name });
    return this.#wrote(kind, await this.#call(request, options), options);
  }

  async delete(kind: Kind, ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const answer = await this.#call(deleteRequest(pathOf(kind, ref), options), options);
    if (!isStatus(answer) && isHeld(kind, answer as KubeObject)) {
      this.#wrote(kind, answer, {});
      return;
    }
    const uid = isStatus(answer) ? answer.details?.uid : (answer as KubeObject).metadata.uid;
    for (const { kind: viewed, view } of this.#views.values())
      if (isSame(viewed, kind)) view.forget(keyOf({ metadata: ref }), uid);
  }

  async deleteCollection(kind: Kind, options: ListOptions & DeleteOptions): Promise<void> {
    const path = pathOf(kind, namespaceOf(options), listQuery(options));
    await this.#call(deleteRequest(path, options), options);
  }

  async createSubresource(
    kind: Kind,
    ref: ObjectRef,
    subresource: string,
    body: KubeObjectLike,
    options: CallOptions = {},
  ): Promise<unknown> {
    const request = postRequest(kind, { ...ref, subresource }, { body, options, name: this.#options.name });
    return this.#call(request, options);
  }

  view<T extends KubeObject>(kind: Kind<T>, options: ViewOptions = {}): View<T> {
    const { namespace = '', fieldSelector = '', labelSelector = '' } = options;
    const id = JSON.stringify([kind.apiVersion, kind.plural, namespace, fieldSelector, labelSelector]);
    let open = this.#views.get(id);
    if (!open) {
      const view = new RemoteView<KubeObject>();
      open = { kind: kind as Kind, view, selects: selectorOf(kind as Kind, options) };
      this.#views.set(id, open);
      const source = {
        resource: kind.plural,
        list: (more: ListOptions) => this.list(kind as Kind, { ...options, ...more }),
        watch: (more: WatchOptions) => this.watch(kind as Kind, { ...options, ...more }),
      };
      const { signal } = this.#stop;
      void runReflector(view, source, { clock: this.#clock, log: this.#log, signal }).catch((error) => {
        this.#log.error('a view stopped', { resource: kind.plural, error: toError(error) });
        view.fail(error);
      });
    }
    return open.view as unknown as View<T>;
  }

  /** What this client wrote is in its views when the call is done, however late the watch is. */
  #wrote<T extends KubeObject>(kind: Kind<T>, answer: unknown, { dryRun }: WriteOptions): T {
    const object = answer as T;
    if (dryRun || !object.metadata?.uid) return object;
    for (const open of this.#views.values()) {
      if (!isSame(open.kind, kind as Kind)) continue;
      if (isReleased(open.kind, object)) open.view.forget(keyOf(object), object.metadata.uid);
      else if (open.selects(object)) open.view.put(object);
      else open.view.remove(object);
    }
    return object;
  }

  async #call(request: ApiRequest, { signal }: CallOptions): Promise<unknown> {
    const { timeoutMs = 30_000 } = this.#options;
    const timeout = new AbortController();
    const timer = this.#clock.after(timeoutMs, () =>
      timeout.abort(new ApiError('Timeout', `${request.method} ${request.path}: no answer in ${timeoutMs} ms`)),
    );
    const abort = AbortSignal.any([this.#stop.signal, timeout.signal, ...(signal ? [signal] : [])]);
    try {
      const answer = await this.#send(this.#calls, request, abort);
      const body = await readBody(answer.body);
      if (answer.status < 200 || answer.status > 299) throw apiErrorOf(answer.status, body);
      return body;
    } catch (error) {
      throw abort.aborted ? abort.reason : unreachable(error);
    } finally {
      timer.cancel();
    }
  }

  #send(transport: Transport, request: ApiRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { token, name } = this.#options;
    const { method, path, body, contentType } = request;
    const headers = {
      accept: 'application/json',
      'user-agent': name,
      ...(contentType && { 'content-type': contentType }),
      ...(token && { authorization: `Bearer ${typeof token === 'string' ? token : token()}` }),
    };
    return transport.request({ method, path, headers, signal, ...(body !== undefined && { body }) });
  }

  close(): void {
    const closed = new ApiError('ServiceUnavailable', 'the client is closed');
    this.#stop.abort(closed);
    for (const { view } of this.#views.values()) view.fail(closed);
    this.#calls.close();
    this.#watches.close();
  }
}

function namespaceOf({ namespace }: { readonly namespace?: string | undefined }): { readonly namespace?: string } {
  return namespace ? { namespace } : {};
}

/** Items of a list carry no type of their own where the server is upstream's. */
function withType<T extends KubeObject>(kind: Kind<T>, item: T): T {
  return item.kind ? item : { ...item, kind: kind.kind, apiVersion: kind.apiVersion };
}

function isSame(a: Kind, b: Kind): boolean {
  return a.apiVersion === b.apiVersion && a.plural === b.plural;
}

/** A deleted object that finalizers or a grace period still keep. */
function isHeld(kind: Kind, object: KubeObject): boolean {
  const { finalizers = [], deletionTimestamp, deletionGracePeriodSeconds = 0 } = object.metadata;
  if (deletionTimestamp === undefined) return false;
  return finalizers.length > 0 || deletionGracePeriodSeconds > 0 || (kind.holds?.(object) ?? false);
}

/** The answer to the write that took away the last thing that kept a deleted object. */
function isReleased(kind: Kind, object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && !isHeld(kind, object);
}

/** The view's own selection, for objects that did not come through its watch. */
function selectorOf(kind: Kind, { namespace, labelSelector, fieldSelector }: ViewOptions): OpenView['selects'] {
  const labels = parseLabelSelector(labelSelector ?? '');
  const fields = parseFieldSelector(fieldSelector ?? '');
  return (object) => {
    const { metadata } = object;
    const textOf = (field: string) => {
      if (field === 'metadata.name') return metadata.name ?? '';
      if (field === 'metadata.namespace') return metadata.namespace ?? '';
      return kind.selectableFields[field]?.value(object) ?? '';
    };
    if (namespace && metadata.namespace !== namespace) return false;
    return labels.matches(metadata.labels ?? {}) && fields.matches(textOf);
  };
}

/** No answer came, for whatever reason. */
function unreachable(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const { message } = toError(error);
  return new ApiError('ServiceUnavailable', `the API server cannot be reached: ${message}`, undefined, {
    cause: error,
  });
}
