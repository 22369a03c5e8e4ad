import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtInKinds } from '../api/kinds.ts';
import { builtInAdmission } from '../apiserver/admission/admission.ts';
import { loadAdmissionConfiguration } from '../apiserver/admission/configuration.ts';
import { measured } from '../apiserver/admission/measured.ts';
import { ensurePriorityClasses } from '../apiserver/admission/priority.ts';
import { type Aggregation, createAggregation } from '../apiserver/aggregation/aggregation.ts';
import { serviceAllocator } from '../apiserver/allocators/service-allocator.ts';
import { type ApiServer, createApiServer } from '../apiserver/api-server.ts';
import { type Audit, openAudit } from '../apiserver/audit/audit.ts';
import { ensureBootstrapPolicy } from '../apiserver/authorization/bootstrap/ensure.ts';
import type { AdmissionPlugin, Authorizer, UserInfo } from '../apiserver/contract.ts';
import { createCustomResources } from '../apiserver/crds/custom-resources.ts';
import { definitionAdmission } from '../apiserver/crds/definition-admission.ts';
import { createPriorityAndFairness, type PriorityAndFairness } from '../apiserver/flow-control/start.ts';
import { InFlight } from '../apiserver/http/in-flight.ts';
import type { TlsFiles } from '../apiserver/http/listener.ts';
import { createInProcessClient, type SubresourceHandler } from '../apiserver/in-process-client.ts';
import { inProcessSubresources } from '../apiserver/in-process-subresources.ts';
import { directConnection } from '../apiserver/proxy/node-connection.ts';
import { type CachedRegistry, openRegistry } from '../apiserver/registry/registry.ts';
import { KindIndex } from '../apiserver/routes/kind-index.ts';
import { serviceWebhooks } from '../apiserver/webhook-client/service-webhooks.ts';
import { systemClock as clock } from '../base/clock.ts';
import { formatIp } from '../base/ip.ts';
import type { Logger } from '../base/log.ts';
import { MetricRegistry } from '../base/metrics/metrics.ts';
import type { Client } from '../client/client.ts';
import { createEventRecorder } from '../client/event-recorder.ts';
import { aggregatorCertificate } from '../cluster/pki/catalog.ts';
import type { Pki } from '../cluster/pki/pki.ts';
import type { KubeletTls } from '../node/server/listener.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { type Access, createAccess } from './access.ts';
import { type Component, componentChecks, componentsRoute } from './components.ts';
import type { Clients, CompositionOptions } from './contract.ts';
import { startControllers } from './controllers.ts';
import { supervisor } from './identities.ts';
import { hostInUrl, type Keys, kubeletTls, openKeys, writeKubeconfig } from './keys.ts';
import { createRenewal, type Renewal } from './renewal.ts';
import { createStartHooks, type StartHooks } from './start-hooks.ts';
import { addStorageMetrics } from './storage-metrics.ts';

/** What the rest of a server builds on. */
export interface ControlPlane extends Clients {
  readonly pki: Pki;
  readonly access: Access;
  readonly apiServer: ApiServer;
  readonly renewal: Renewal;
  /** What this machine's node agent shows on its port; issued again when it is close to its end. */
  kubeletTls(): Promise<KubeletTls>;
  /** Shown by `k3ts status`; what starts later adds itself. */
  readonly components: Component[];
  /** Controllers and scheduler. */
  startControllers(): Promise<void>;
}

const descriptionsFile = fileURLToPath(new URL('../../.cache/descriptions.json.zst', import.meta.url));

/** Brings up keys, datastore, registry and API server; resolves when the API answers and knows the roles. */
export async function startControlPlane(composition: CompositionOptions): Promise<ControlPlane> {
  const { options, log, steps } = composition;
  const keys = await steps.run('keys', () => openKeys(options, log));
  const { pki } = keys;
  const store = await steps.run(
    'datastore',
    async () => {
      const dir = join(options.dataDir, 'server', 'db');
      await mkdir(dir, { recursive: true, mode: 0o700 });
      return openSqliteStore({ file: join(dir, 'state.db') });
    },
    (opened) => opened.close(),
  );
  const metrics = new MetricRegistry();
  const admission: AdmissionPlugin[] = [];
  const registry = await steps.run(
    'registry',
    () => openRegistry({ store, kinds: builtInKinds, admission, clock, log: log.child('registry') }),
    (opened) => opened.close(),
  );

  const trusted = createInProcessClient({ registry, user: supervisor, name: 'k3ts' });
  const callWebhook = serviceWebhooks(trusted, directConnection);
  const access = await steps.run(
    'access',
    () =>
      createAccess({
        client: trusted,
        serviceAccountKeyPem: pki.serviceAccountKeyPem,
        clusterDomain: options.clusterDomain,
        settings: options.apiServerSettings,
        clock,
        log,
        metrics,
      }),
    async (opened) => opened.close(),
  );
  const { admission: admissionSettings } = options.apiServerSettings;
  const configuration =
    admissionSettings.configFile === undefined ? {} : await loadAdmissionConfiguration(admissionSettings.configFile);
  const plugins = [
    definitionAdmission,
    ...builtInAdmission({
      client: trusted,
      authorizer: access.authorizer,
      resolver: access.resolver,
      kinds: () => registry.kinds,
      callWebhook,
      settings: admissionSettings,
      configuration,
      metrics,
      log: log.child('admission'),
    }),
    serviceAllocator({
      client: trusted,
      cidrs: options.serviceCidrs,
      nodePorts: options.serviceNodePortRange,
      clock,
      log: log.child('services'),
    }),
  ];
  admission.push(...measured(plugins, metrics));
  const components: Component[] = [{ name: 'datastore', problem: async () => void (await store.revision()) }];
  await steps.run(
    'custom resources',
    async () => {
      const resources = createCustomResources({
        registry,
        client: trusted,
        callWebhook,
        clock,
        log: log.child('crds'),
      });
      await resources.start(AbortSignal.timeout(60_000));
      return resources;
    },
    (resources) => resources.stop(),
  );
  const aggregation = createAggregation({
    registry,
    client: trusted,
    connection: directConnection,
    credentials: () => ({ cert: keys.leaves.aggregator.certificatePem, key: keys.leaves.aggregator.keyPem }),
    trust: {
      clientCa: pki.authorities['client-ca'].certificatePem,
      requestHeaderCa: pki.authorities['request-header-ca'].certificatePem,
      allowedNames: [aggregatorCertificate.subject.commonName],
    },
    clock,
    log: log.child('aggregation'),
  });
  const { requests } = options.apiServerSettings;
  const audit = await steps.run(
    'audit',
    () => openAudit({ settings: options.apiServerSettings.audit, clock, log: log.child('audit'), metrics }),
    (opened) => opened?.close(),
  );
  addStorageMetrics(metrics, registry);
  const kinds = new KindIndex(() => registry.kinds);
  const flow = requests.priorityAndFairness
    ? createPriorityAndFairness({
        client: trusted,
        seats: requests.maxRequestsInflight + requests.maxMutatingRequestsInflight,
        objects: ({ group, version, resource }) => {
          const kind = kinds.find(group, version, resource);
          return kind && registry.cache.resource(kind)?.size;
        },
        clock,
        log: log.child('flow-control'),
        metrics,
      })
    : undefined;
  const hooks = createStartHooks([
    'rbac/bootstrap-roles',
    'scheduling/bootstrap-system-priority-classes',
    'priority-and-fairness-config-producer',
  ]);
  const apiServer = await steps.run(
    'API server',
    async () => {
      const server = apiServerOf(composition, {
        ...{ registry, aggregation, store, access, keys, components, metrics, flow, audit, hooks },
      });
      await server.start();
      await writeKubeconfig(options, pki, keys.leaves.admin);
      return server;
    },
    (server) => server.stop(),
  );
  const renewal = await steps.run(
    'certificates',
    () => createRenewal({ clock, log: log.child('certificates') }),
    (started) => started.stop(),
  );
  renewal.add('of the API server', async () => {
    const renewed = await keys.renew();
    if (renewed.has('serving')) apiServer.setSecureContext(tlsOf(keys));
    if (renewed.has('admin')) await writeKubeconfig(options, pki, keys.leaves.admin);
  });
  await steps.run(
    'roles',
    async () => {
      await Promise.all([
        hooks.run('rbac/bootstrap-roles', () => ensureBootstrapPolicy(trusted)),
        hooks.run('scheduling/bootstrap-system-priority-classes', () => ensurePriorityClasses(trusted)),
        hooks.run('priority-and-fairness-config-producer', async () => flow?.start()),
      ]);
    },
    () => flow?.stop(),
  );
  await steps.run(
    'aggregation',
    () => aggregation.start(AbortSignal.timeout(60_000)),
    () => aggregation.stop(),
  );
  const clients = clientFactory(registry, access, log);
  return {
    pki,
    access,
    apiServer,
    renewal,
    kubeletTls: () => kubeletTls(options, pki),
    components,
    ...clients,
    startControllers: () =>
      startControllers(composition, { ...clients, registry, aggregation, access, components, trusted, pki, metrics }),
  };
}

/** What the API server shows, and whom it believes. */
function tlsOf({ leaves, pki: { authorities } }: Keys): TlsFiles {
  return {
    key: leaves.serving.keyPem,
    cert: leaves.serving.certificatePem,
    clientCa: authorities['client-ca'].certificatePem,
    requestHeaderCa: authorities['request-header-ca'].certificatePem,
  };
}

function apiServerOf(
  { options, version, commit = '', log }: CompositionOptions,
  parts: {
    readonly store: Store;
    readonly registry: CachedRegistry;
    readonly aggregation: Aggregation;
    readonly access: Access;
    readonly keys: Keys;
    readonly components: readonly Component[];
    readonly metrics: MetricRegistry;
    readonly flow: PriorityAndFairness | undefined;
    readonly audit: Audit | undefined;
    readonly hooks: StartHooks;
  },
): ApiServer {
  const { metrics, flow, audit, hooks, registry, aggregation, store, access, keys, components } = parts;
  const { authorities } = keys.pki;
  const address = formatIp(options.nodeIps[0]);
  const { requests } = options.apiServerSettings;
  return createApiServer({
    registry,
    aggregation,
    authenticator: access.authenticator,
    authorizer: access.authorizer,
    listen: { address: formatIp(options.bindAddress), port: options.httpsListenPort },
    tls: tlsOf(keys),
    kubelet: {
      connection: directConnection,
      credentials: () => ({
        key: keys.leaves.kubeletClient.keyPem,
        cert: keys.leaves.kubeletClient.certificatePem,
        ca: authorities['server-ca'].certificatePem,
      }),
    },
    version: { gitVersion: `v${version}`, gitCommit: commit, buildDate: '1970-01-01T00:00:00Z' },
    clock,
    log: log.child('apiserver'),
    reviews: access.reviews,
    tokenRequest: access.tokenRequest,
    openId: access.openId,
    paths: [componentsRoute(components), ...(flow?.routes ?? [])],
    gate:
      flow?.gate ?? new InFlight({ reads: requests.maxRequestsInflight, writes: requests.maxMutatingRequestsInflight }),
    metrics,
    ...(audit && { audit }),
    profiling: requests.profiling,
    requestTimeoutMs: requests.timeoutMs,
    shutdownDelayMs: requests.shutdownDelayMs,
    checks: [{ name: 'etcd', check: async () => void (await store.revision()) }, ...hooks.checks],
    componentChecks: () => componentChecks(components),
    descriptionsFile,
    systemObjects: {
      serviceCidrs: options.serviceCidrs,
      advertised: { address, port: options.httpsListenPort },
    },
    advertised: `${hostInUrl(address)}:${options.httpsListenPort}`,
  });
}

function clientFactory(registry: CachedRegistry, access: Access, log: Logger): Clients {
  const createSubresource: SubresourceHandler = inProcessSubresources({
    registry,
    tokenRequest: access.tokenRequest,
    clock,
  });
  const authorizer: Authorizer = access.authorizer;
  const clientFor = (user: UserInfo, name: string, views?: Client): Client =>
    createInProcessClient({ registry, user, name, authorizer, createSubresource, ...(views && { views }) });
  return {
    clientFor,
    eventsFor: (user, component, host) =>
      createEventRecorder({
        client: clientFor(user, component),
        component,
        ...(host !== undefined && { host }),
        clock,
        log: log.child('events'),
      }),
  };
}
