/** Other API servers behind this one: APIServices, their availability, and the way to them. */
import { apiService } from '../../api/apiregistration/api-service.ts';
import { service as serviceKind } from '../../api/core/service.ts';
import { endpointSlice } from '../../api/discovery/endpoint-slice.ts';
import { formatTime } from '../../api/object.ts';
import { jsonEqual } from '../../api/patch/index.ts';
import type { APIService } from '../../api/schema/generated/types/apiregistration-v1.ts';
import { isApiError } from '../../api/status.ts';
import { BackoffByKey } from '../../base/backoff.ts';
import { type Clock, pause, type Timer } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Client, View } from '../../client/client.ts';
import type { RemoteVersion } from '../discovery/catalog.ts';
import type { Handler } from '../http/api-request.ts';
import type { RemoteDocuments } from '../openapi/openapi.ts';
import type { NodeConnection } from '../proxy/node-connection.ts';
import type { CachedRegistry } from '../registry/registry.ts';
import { byService } from '../webhook-client/service-endpoint.ts';
import { failedDiscovery, obstacle, passed } from './availability.ts';
import { type Availability, isAvailable, withAvailable } from './conditions.ts';
import { LocalServices } from './local-services.ts';
import { passOn, unavailable } from './pass-on.ts';
import { createRemoteOpenApi } from './remote-openapi.ts';
import { type ProxyCredentials, RemoteServers } from './remote-server.ts';
import { pathOf, readResources } from './remote-version.ts';
import { publishTrust, type Trust } from './trust.ts';

export interface AggregationOptions {
  readonly registry: CachedRegistry;
  /** Reads Services, keeps APIServices; trusted. */
  readonly client: Client;
  /** How pods are reached. */
  readonly connection: NodeConnection;
  readonly credentials: () => ProxyCredentials;
  /** Published for the servers behind this one. Absent: somebody else does. */
  readonly trust?: Trust;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How often servers are asked whether they are there, as upstream. */
const recheckMs = 30_000;
const retryMs = 1000;
/** A server that does not answer is asked again sooner than others. */
const failureBackoff = { firstMs: 250, maxMs: recheckMs };

export function createAggregation(options: AggregationOptions): Aggregation {
  return new Aggregation(options);
}

/** What is known of one remote group version. */
interface Known {
  service: APIService;
  resources: RemoteVersion['resources'];
  isFresh: boolean;
}

export class Aggregation {
  readonly #options: AggregationOptions;
  readonly #view: View<APIService>;
  readonly #local: LocalServices;
  readonly #views;
  readonly servers: RemoteServers;
  /** How the servers describe what they answer for. */
  readonly openApi: RemoteDocuments;
  /** By the path below which they answer. */
  readonly #remotes = new Map<string, Known>();
  #shown: readonly RemoteVersion[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #pending = new Set<string>();
  readonly #checking = new Set<string>();
  readonly #waits = new Map<string, Timer>();
  readonly #backoff = new BackoffByKey<string>(failureBackoff);
  readonly #stop = new AbortController();
  readonly #unlisten: (() => void)[] = [];
  #timer: Timer | undefined;

  constructor(options: AggregationOptions) {
    const { client, connection, credentials } = options;
    this.#options = options;
    this.#view = client.view(apiService);
    this.#local = new LocalServices({ ...options, view: this.#view });
    this.#views = { services: client.view(serviceKind), slices: client.view(endpointSlice) };
    this.servers = new RemoteServers({ ...this.#views, connection, credentials });
    this.openApi = createRemoteOpenApi({
      servers: this.servers,
      services: () => [...this.#remotes.values()].map(({ service }) => service),
      clock: options.clock,
      log: options.log,
    });
  }

  /** Resolves when what this server serves itself has its APIServices. */
  async start(signal: AbortSignal): Promise<void> {
    const { registry } = this.#options;
    const { services, slices } = this.#views;
    await Promise.all([this.#view.ready(signal), services.ready(signal), slices.ready(signal)]);
    await this.#local.start();
    const { client, trust, clock, log } = this.#options;
    if (trust) this.#unlisten.push(await publishTrust(client, trust, { signal, clock, log }));
    for (const one of this.#view.list()) this.#see(one);
    this.#unlisten.push(
      registry.onKindsChange(() => this.#local.settleSoon()),
      this.#view.onChange(({ type, object }) => {
        if (type === 'deleted') this.#forget(object);
        else this.#see(object);
        this.#local.settleSoon();
      }),
      services.onChange(({ object: { metadata } }) => this.#wakeUsersOf(metadata.namespace, metadata.name)),
      slices.onChange(({ object: { metadata } }) =>
        this.#wakeUsersOf(metadata.namespace, metadata.labels?.['kubernetes.io/service-name']),
      ),
    );
    this.#armRecheck();
  }

  async stop(): Promise<void> {
    for (const unlisten of this.#unlisten) unlisten();
    this.#stop.abort();
    this.#timer?.cancel();
    for (const wait of this.#waits.values()) wait.cancel();
    await this.#local.stop();
    this.servers.close();
  }

  /** Group versions of other servers; another list whenever anything of it changes. */
  get remotes(): readonly RemoteVersion[] {
    return this.#shown;
  }

  /** Calls back after each change of `remotes`. Listeners must not throw. */
  onRemotesChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The APIService that answers for a path, if it is another server's. */
  remoteAt(path: string): APIService | undefined {
    if (this.#remotes.size === 0) return undefined;
    const [, prefix, first, second] = path.split('/');
    const key = prefix === 'apis' ? `/apis/${first}/${second}` : `/${prefix}/${first}`;
    return this.#remotes.get(key)?.service;
  }

  /** Passes on what is another server's, and leaves the rest to `next`. */
  route(next: Handler): Handler {
    return (request) => {
      const service = this.remoteAt(request.info.path);
      if (!service) return next(request);
      if (!isAvailable(service.status)) return unavailable(request);
      return passOn(this.servers, request, service);
    };
  }

  #see(service: APIService): void {
    if (!service.spec?.service) {
      this.#forget(service);
      return;
    }
    const path = pathOf(service);
    const known = this.#remotes.get(path);
    const isChanged = JSON.stringify(known?.service.spec) !== JSON.stringify(service.spec);
    if (known) known.service = service;
    else this.#remotes.set(path, { service, resources: undefined, isFresh: false });
    if (isChanged) this.#wake(path);
    this.#show();
  }

  #forget(service: APIService): void {
    if (!this.#remotes.delete(pathOf(service))) return;
    this.#backoff.forget(pathOf(service));
    this.#show();
  }

  #show(): void {
    this.#shown = [...this.#remotes.values()].map(({ service, resources, isFresh }) => ({
      group: service.spec?.group ?? '',
      version: service.spec?.version ?? '',
      groupPriority: service.spec?.groupPriorityMinimum ?? 0,
      versionPriority: service.spec?.versionPriority ?? 0,
      resources,
      isFresh,
    }));
    for (const listener of [...this.#listeners]) listener();
  }

  #wakeUsersOf(namespace: string | undefined, name: string | undefined): void {
    for (const [path, { service }] of this.#remotes) {
      const used = service.spec?.service;
      if (used?.namespace === namespace && used?.name === name) this.#wake(path);
    }
  }

  /** At most one wait for each path. */
  #wakeLater(path: string): void {
    this.#waits.get(path)?.cancel();
    const wait = this.#options.clock.after(this.#backoff.fail(path), () => {
      this.#waits.delete(path);
      if (this.#remotes.has(path)) this.#wake(path);
    });
    this.#waits.set(path, wait);
  }

  /** One check of a path at a time; what wakes it meanwhile has it checked once more. */
  #wake(path: string): void {
    this.#pending.add(path);
    if (this.#checking.has(path)) return;
    this.#checking.add(path);
    void this.#checkAll(path).finally(() => this.#checking.delete(path));
  }

  async #checkAll(path: string): Promise<void> {
    const { log, clock } = this.#options;
    while (this.#pending.delete(path) && !this.#stop.signal.aborted) {
      const known = this.#remotes.get(path);
      if (!known) return;
      try {
        await this.#check(path, known);
      } catch (error) {
        if (this.#stop.signal.aborted || isApiError(error, 'NotFound')) return;
        if (!isApiError(error, 'Conflict'))
          log.error('an APIService cannot be checked', { service: known.service.metadata.name, error: toError(error) });
        this.#pending.add(path);
        await pause(clock, retryMs, this.#stop.signal); // stopped: the loop sees it
      }
    }
  }

  async #check(path: string, known: Known): Promise<void> {
    const { client, clock } = this.#options;
    const { resources, isFresh } = known;
    const availability = await this.#availabilityOf(path, known);
    if (known.isFresh !== isFresh || !jsonEqual(known.resources ?? null, resources ?? null)) this.#show();
    if (availability.reason === 'FailedDiscoveryCheck') this.#wakeLater(path);
    else this.#backoff.forget(path);
    const present = this.#view.get(known.service.metadata.name ?? '');
    if (!present?.spec?.service) return;
    const status = withAvailable(present.status, availability, formatTime(clock.now()));
    if (status === present.status) return;
    known.service = await client.update(
      apiService,
      { ...present, status },
      { subresource: 'status', signal: this.#stop.signal },
    );
  }

  async #availabilityOf(path: string, known: Known): Promise<Availability> {
    const { service } = known;
    const reference = service.spec?.service ?? {};
    const at = `${reference.namespace}/${reference.name}`;
    const { services, slices } = this.#views;
    const found = obstacle(reference, services.get(at), slices.by(byService, at));
    if (found) {
      known.isFresh = false;
      return found;
    }
    const url = `https://${reference.name}.${reference.namespace}.svc:${reference.port ?? 443}${path}`;
    try {
      const { status, body } = await this.servers.fetch(service, path);
      if (status < 200 || status >= 300) throw new Error(`bad status from ${url}: ${status}`);
      known.resources = readResources(body.toString('utf8')) ?? known.resources;
      known.isFresh = true;
      return passed;
    } catch (error) {
      known.isFresh = false;
      return failedDiscovery(`failing or missing response from ${url}: ${toError(error).message}`);
    }
  }

  #armRecheck(): void {
    this.#timer = this.#options.clock.after(recheckMs, () => {
      for (const path of this.#remotes.keys()) this.#wake(path);
      this.#armRecheck();
    });
  }
}
