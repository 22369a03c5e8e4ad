import type { Cidr } from '../base/cidr.ts';
import { type Clock, sleep } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { MetricRegistry } from '../base/metrics/metrics.ts';
import type { Aggregation } from './aggregation/aggregation.ts';
import type { Audit } from './audit/audit.ts';
import type { TokenRequestHandler } from './authentication/token-request.ts';
import type { Authenticator, Authorizer, Registry } from './contract.ts';
import { createDiscovery } from './discovery/routes.ts';
import { InFlight } from './http/in-flight.ts';
import { Listener, type TlsFiles } from './http/listener.ts';
import { Pipeline } from './http/pipeline.ts';
import { addProcessMetrics } from './http/process-metrics.ts';
import { RequestClasses } from './http/request-class.ts';
import { RequestMetrics, watchCounter } from './http/request-metrics.ts';
import { sendObject } from './http/respond.ts';
import type { Gate } from './http/running-request.ts';
import { createOpenApi } from './openapi/openapi.ts';
import type { KubeletCredentials, NodeConnection } from './proxy/node-connection.ts';
import { ChunkWriter } from './routes/chunks.ts';
import { type HealthCheck, healthRoutes } from './routes/health.ts';
import { createHealthMetrics } from './routes/health-metrics.ts';
import { KindIndex } from './routes/kind-index.ts';
import { metricsRoute } from './routes/metrics.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { createPathRouter, type PathRoute } from './routes/paths.ts';
import { profilingRoutes } from './routes/profiling.ts';
import { createRouter } from './routes/router.ts';
import { type VersionInfo, versionRoute } from './routes/version.ts';
import { FrameCache } from './routes/watch-frames.ts';
import { bindingHandler } from './subresources/binding.ts';
import { componentStatusHandler } from './subresources/component-status.ts';
import { subresourceHandlers } from './subresources/handlers.ts';
import { type Reviews, reviewHandlers } from './subresources/reviews.ts';
import { ensureSystemObjects, keepSystemObjects } from './system-objects.ts';

export interface ApiServerOptions {
  readonly registry: Registry;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly listen: { readonly address: string; readonly port: number };
  readonly tls: TlsFiles;
  readonly kubelet: {
    readonly connection: NodeConnection;
    /** Read for each connection, so that renewed certificates count. */
    readonly credentials: () => KubeletCredentials;
  };
  readonly version: VersionInfo;
  readonly clock: Clock;
  readonly log: Logger;
  readonly reviews: Reviews;
  readonly tokenRequest: TokenRequestHandler;
  /** The prose of `kubectl explain`, as `tools/descriptions.ts` wrote it. Default: none. */
  readonly descriptionsFile?: string;
  /** `/.well-known/openid-configuration` and `/openid/v1/jwks`: how others check service-account tokens. */
  readonly openId: OpenIdDocuments;
  /** Makes the namespaces and the `kubernetes` Service that every cluster has. Absent: somebody else does. */
  readonly systemObjects?: {
    readonly serviceCidrs: readonly [Cidr, ...Cidr[]];
    /** The port defaults to the bound one. */
    readonly advertised: { readonly address: string; readonly port?: number };
  };
  /** Other API servers behind this one; its owner starts and stops it. Default: none. */
  readonly aggregation?: Aggregation;
  /** More paths that are not resources. Default: none. */
  readonly paths?: readonly PathRoute[];
  /** What must hold beside the server itself. Default: nothing. */
  readonly checks?: readonly HealthCheck[];
  /** What `kubectl get componentstatuses` shows. Default: the checks. */
  readonly componentChecks?: () => readonly HealthCheck[];
  /** What clients are told in `/api`: `host:port`. Default: the bound address. */
  readonly advertised?: string;
  /** How many requests at once. Default: upstream's bounds, without priority and fairness. */
  readonly gate?: Gate;
  /** Where requests are written down. Default: nowhere. */
  readonly audit?: Audit;
  /** What `/metrics` shows; others may add to it. */
  readonly metrics?: MetricRegistry;
  /** Answers under `/debug/pprof`. Default: no. */
  readonly profiling?: boolean;
  /** How long the server goes on when `/readyz` fails already. Default: 0. */
  readonly shutdownDelayMs?: number;
  /** For everything but watches and streams. Default: 60 s. */
  readonly requestTimeoutMs?: number;
}

export interface OpenIdDocuments {
  configuration(): Promise<unknown> | unknown;
  keys(): Promise<unknown> | unknown;
}

export interface ApiServer {
  /** Binds the port, then makes the system's objects. Rejects with Node's error (EADDRINUSE …) or ApiError. */
  start(): Promise<void>;
  /** Ends watches, lets requests finish for up to `graceMs` (default 10 s), then cuts. */
  stop(graceMs?: number): Promise<void>;
  /** The bound address; only after `start`. */
  readonly address: { readonly address: string; readonly port: number };
  /** New connections get these certificates. */
  setSecureContext(tls: TlsFiles): void;
  /** Adds a check to `/readyz` and `/livez`. */
  addCheck(check: HealthCheck): void;
}

/** The API server's outer half: a TLS port in front of a registry. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const { registry, authenticator, authorizer, aggregation, clock, log } = options;
  const metrics = options.metrics ?? new MetricRegistry();
  const health = createHealthMetrics();
  const checks: HealthCheck[] = [...builtInChecks(() => stopping), ...(options.checks ?? [])];
  let stopping = false;
  let stopKeeping: (() => void) | undefined;
  let bound: { readonly address: string; readonly port: number } | undefined;

  const kinds = new KindIndex(() => registry.kinds);
  const objects = { registry, clock, chunks: new ChunkWriter() };
  const discovery = createDiscovery(
    () => registry.kinds,
    () => options.advertised ?? (bound ? `${bound.address}:${bound.port}` : ''),
    ...(aggregation ? [() => aggregation.remotes] : []),
  );
  const openApi = createOpenApi({
    kinds: () => registry.kinds,
    release: `${options.version.gitVersion} ${options.version.gitCommit}`,
    clock,
    log: log.child('openapi'),
    ...(options.descriptionsFile !== undefined && { descriptionsFile: options.descriptionsFile }),
  });
  const paths = createPathRouter(
    [
      ...discovery.routes,
      ...openApiRoutes(openApi, aggregation?.openApi),
      ...healthRoutes(() => checks, log.child('health'), health.observe),
      versionRoute(options.version),
      metricsRoute(metrics),
      metricsRoute(health.metrics, '/metrics/slis'),
      ...(options.profiling ? profilingRoutes(clock) : []),
      ...openIdRoutes(options.openId),
      ...(options.paths ?? []),
    ],
    discovery.paths,
  );
  const route = createRouter({
    ...objects,
    kinds,
    frames: new FrameCache(),
    onWatched: watchCounter(metrics),
    subresources: subresourceHandlers({
      objects,
      access: { registry, authorizer, ...options.kubelet },
      tokenRequest: options.tokenRequest,
    }),
    reviews: new Map([
      ...reviewHandlers({ registry, authorizer }, options.reviews),
      ['/bindings', bindingHandler(objects)],
      ['/componentstatuses', componentStatusHandler(objects, options.componentChecks ?? (() => checks))],
    ]),
    paths,
  });
  const pipeline = new Pipeline({
    authenticator,
    authorities: options.tls,
    authorizer,
    route: aggregation?.route(route) ?? route,
    classes: new RequestClasses((info) => kinds.find(info.group, info.version, info.resource) !== undefined),
    metrics: new RequestMetrics(metrics),
    gate: options.gate ?? new InFlight({ reads: 400, writes: 200 }),
    ...(options.audit && { audit: options.audit }),
    clock,
    log: log.child('http'),
    ...(options.requestTimeoutMs !== undefined && { requestTimeoutMs: options.requestTimeoutMs }),
  });
  const listener = new Listener({
    ...options.listen,
    tls: options.tls,
    handle: (exchange) => pipeline.handle(exchange),
    log: log.child('http'),
  });
  metrics.readOne(
    { name: 'apiserver_connections', help: 'Open TLS connections.', type: 'gauge' },
    () => listener.connections,
  );
  metrics.readOne(
    {
      name: 'apiserver_connections_displaced_total',
      help: 'Connections that were cut off before their TLS handshake was done, as there were too many of them.',
      type: 'counter',
    },
    () => listener.displaced,
  );
  let processMetrics: { stop(): void } | undefined;

  return {
    async start() {
      bound = await listener.listen();
      processMetrics ??= addProcessMetrics(metrics, options.version);
      pipeline.start();
      if (options.systemObjects) {
        const { serviceCidrs, advertised } = options.systemObjects;
        const { port } = bound;
        const system = { serviceCidrs, advertised: { port, ...advertised } };
        await ensureSystemObjects(registry, system);
        stopKeeping = keepSystemObjects(registry, system, { clock, log });
      }
      log.info('API server listens', bound);
    },
    async stop(graceMs = 10_000) {
      stopping = true;
      // Load balancers that ask `/readyz` look elsewhere meanwhile.
      if (options.shutdownDelayMs) await sleep(clock, options.shutdownDelayMs);
      stopKeeping?.();
      pipeline.stop();
      await listener.stop(graceMs);
      processMetrics?.stop();
      openApi.stop();
    },
    get address() {
      if (!bound) throw new Error('the API server has not been started');
      return bound;
    },
    setSecureContext(tls) {
      pipeline.setAuthorities(tls);
      listener.setSecureContext(tls);
    },
    addCheck: (check) => checks.push(check),
  };
}

function builtInChecks(stopping: () => boolean): readonly HealthCheck[] {
  return [
    { name: 'ping', check: () => undefined },
    {
      name: 'shutdown',
      live: false,
      check() {
        if (stopping()) throw new Error('the server is shutting down');
      },
    },
  ];
}

function openIdRoutes(openId: OpenIdDocuments): readonly PathRoute[] {
  return [
    {
      path: '/.well-known/openid-configuration',
      handler: async (request) => sendObject(request, 200, await openId.configuration()),
    },
    { path: '/openid/v1/jwks', handler: async (request) => sendObject(request, 200, await openId.keys()) },
  ];
}
