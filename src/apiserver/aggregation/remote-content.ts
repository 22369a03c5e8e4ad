/** What other API servers keep, for controllers that look after objects wherever they are. */
import { type Kind, kind, type Verb } from '../../api/kind.ts';
import type { KubeObject, ObjectRef } from '../../api/object.ts';
import type { Schema } from '../../api/schema/schema.ts';
import type { Logger } from '../../base/log.ts';
import type {
  CallOptions,
  Client,
  DeleteOptions,
  KubeObjectLike,
  ListOptions,
  NewObject,
  Patch,
  View,
  ViewOptions,
  WatchOptions,
  WriteOptions,
} from '../../client/client.ts';
import { type ClosableClient, createHttpClient } from '../../client/http/http-client.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../../client/http/transport.ts';
import type { UserInfo } from '../contract.ts';
import type { RemoteVersion } from '../discovery/catalog.ts';
import type { Aggregation } from './aggregation.ts';

/** Objects behind other API servers. */
export interface RemoteContent {
  /** Kinds of servers that answer; another list whenever there are others. */
  kinds(): readonly Kind[];
  /** Calls back after each change of `kinds`. */
  onKindsChange(listener: () => void): () => void;
  /** Why some of the content cannot be known now, in upstream's words. */
  unknown(): readonly string[];
  /** Speaks of these kinds to their servers, as `user`, and of all others to `local`. Views are shared. */
  clientFor(user: UserInfo, local: Client): Client;
  close(): void;
}

/** `viewer` is whom the servers are shown where a view is kept. */
export function remoteContent(aggregation: Aggregation, viewer: UserInfo, log: Logger): RemoteContent {
  return new Content(aggregation, viewer, log);
}

const anything: Schema = { type: 'object', preserveUnknownFields: true };

class Content implements RemoteContent {
  readonly #aggregation: Aggregation;
  readonly #viewer: UserInfo;
  readonly #log: Logger;
  readonly #listeners = new Set<() => void>();
  readonly #unlisten: () => void;
  /** By what they are made from, so that a kind stays itself. */
  #known = new Map<string, Kind>();
  #kinds: readonly Kind[] = [];
  readonly #viewers = new Map<Kind, ClosableClient>();
  readonly #clients: ClosableClient[] = [];

  constructor(aggregation: Aggregation, viewer: UserInfo, log: Logger) {
    this.#aggregation = aggregation;
    this.#viewer = viewer;
    this.#log = log;
    this.#unlisten = aggregation.onRemotesChange(() => this.#follow());
    this.#follow();
  }

  kinds(): readonly Kind[] {
    return this.#kinds;
  }

  onKindsChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  unknown(): readonly string[] {
    return this.#aggregation.remotes
      .filter(({ isFresh }) => !isFresh)
      .map(({ group, version }) => {
        const name = `${group}/${version}`;
        return `unable to retrieve the complete list of server APIs: ${name}: stale GroupVersion discovery: ${name}`;
      });
  }

  clientFor(user: UserInfo, local: Client): Client {
    const remote = this.#client(user);
    this.#clients.push(remote);
    return new DispatchingClient({
      local,
      remote,
      isRemote: (one) => this.#kinds.includes(one),
      view: (one, options) => this.#view(one, options),
    });
  }

  close(): void {
    this.#unlisten();
    for (const client of [...this.#clients, ...this.#viewers.values()]) client.close();
  }

  #client(user: UserInfo): ClosableClient {
    const transport = new RemoteTransport(this.#aggregation, user);
    const transports = { calls: transport, watches: transport };
    return createHttpClient({ server: 'https://aggregated', ca: '', name: user.name, transports, log: this.#log });
  }

  #view<T extends KubeObject>(one: Kind<T>, options?: ViewOptions): View<T> {
    let viewer = this.#viewers.get(one as Kind);
    if (!viewer) {
      viewer = this.#client(this.#viewer);
      this.#viewers.set(one as Kind, viewer);
    }
    return viewer.view(one, options);
  }

  #follow(): void {
    const known = new Map<string, Kind>();
    for (const [key, make] of this.#aggregation.remotes.filter(({ isFresh }) => isFresh).flatMap(kindsIn))
      known.set(key, this.#known.get(key) ?? make());
    const isSame = known.size === this.#known.size && [...known.keys()].every((key) => this.#known.has(key));
    if (isSame) return;
    this.#known = known;
    this.#kinds = [...known.values()];
    for (const [one, viewer] of this.#viewers) {
      if (this.#kinds.includes(one)) continue;
      viewer.close();
      this.#viewers.delete(one);
    }
    for (const listener of [...this.#listeners]) listener();
  }
}

function kindsIn({ group, version, resources = [] }: RemoteVersion): readonly (readonly [string, () => Kind])[] {
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind: called, namespaced, verbs }) => {
      const scope = namespaced ? ('Namespaced' as const) : ('Cluster' as const);
      const facts = { group, version, kind: called, plural: name, scope, verbs: verbs as readonly Verb[] };
      return [JSON.stringify(facts), () => kind({ ...facts, schema: () => anything })] as const;
    });
}

interface Sides {
  readonly local: Client;
  readonly remote: Client;
  readonly isRemote: (one: Kind) => boolean;
  readonly view: <T extends KubeObject>(one: Kind<T>, options?: ViewOptions) => View<T>;
}

/** One client of everything. */
class DispatchingClient implements Client {
  readonly #sides: Sides;

  constructor(sides: Sides) {
    this.#sides = sides;
  }

  #of(one: Kind): Client {
    const { isRemote, local, remote } = this.#sides;
    return isRemote(one) ? remote : local;
  }

  get<T extends KubeObject>(one: Kind<T>, ref: ObjectRef, options?: CallOptions) {
    return this.#of(one as Kind).get(one, ref, options);
  }

  list<T extends KubeObject>(one: Kind<T>, options?: ListOptions) {
    return this.#of(one as Kind).list(one, options);
  }

  watch<T extends KubeObject>(one: Kind<T>, options: WatchOptions) {
    return this.#of(one as Kind).watch(one, options);
  }

  create<T extends KubeObject>(one: Kind<T>, object: NewObject<T>, options?: WriteOptions) {
    return this.#of(one as Kind).create(one, object, options);
  }

  update<T extends KubeObject>(one: Kind<T>, object: T, options?: WriteOptions & { readonly subresource?: string }) {
    return this.#of(one as Kind).update(one, object, options);
  }

  patch<T extends KubeObject>(
    one: Kind<T>,
    ref: ObjectRef,
    patch: Patch,
    options?: WriteOptions & { readonly subresource?: string },
  ) {
    return this.#of(one as Kind).patch(one, ref, patch, options);
  }

  delete(one: Kind, ref: ObjectRef, options?: DeleteOptions) {
    return this.#of(one).delete(one, ref, options);
  }

  deleteCollection(one: Kind, options: ListOptions & DeleteOptions) {
    return this.#of(one).deleteCollection(one, options);
  }

  createSubresource(one: Kind, ref: ObjectRef, subresource: string, body: KubeObjectLike) {
    return this.#of(one).createSubresource(one, ref, subresource, body);
  }

  view<T extends KubeObject>(one: Kind<T>, options?: ViewOptions): View<T> {
    const { isRemote, local, view } = this.#sides;
    return isRemote(one as Kind) ? view(one, options) : local.view(one, options);
  }
}

/** Requests to whichever server answers for their path. */
class RemoteTransport implements Transport {
  readonly #aggregation: Aggregation;
  readonly #user: UserInfo;

  constructor(aggregation: Aggregation, user: UserInfo) {
    this.#aggregation = aggregation;
    this.#user = user;
  }

  async request({ method, path, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    const service = this.#aggregation.remoteAt(path.replace(/\?.*/, ''));
    if (!service) throw new Error(`no API server answers for ${path}`);
    const request = { method, path, headers, user: this.#user, body, signal };
    const response = await this.#aggregation.servers.send(service, request);
    return { status: response.statusCode ?? 0, headers: response.headers, body: response as AsyncIterable<Uint8Array> };
  }

  close(): void {
    // The connections are the aggregation's.
  }
}
