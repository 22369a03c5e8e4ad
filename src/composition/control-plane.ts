import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dnsServiceController } from '../addons/dns/publish.ts';
import { service } from '../api/core/service.ts';
import { builtInKinds } from '../api/kinds.ts';
import { builtInAdmission } from '../apiserver/admission/admission.ts';
import { ensurePriorityClasses } from '../apiserver/admission/priority.ts';
import { serviceAllocator } from '../apiserver/allocators/service-allocator.ts';
import { type ApiServer, createApiServer } from '../apiserver/api-server.ts';
import { ensureBootstrapPolicy } from '../apiserver/authorization/bootstrap/ensure.ts';
import type { AdmissionPlugin, Authorizer, UserInfo } from '../apiserver/contract.ts';
import { createCustomResources } from '../apiserver/crds/custom-resources.ts';
import { definitionAdmission } from '../apiserver/crds/definition-admission.ts';
import { createInProcessClient, type SubresourceHandler } from '../apiserver/in-process-client.ts';
import { inProcessSubresources } from '../apiserver/in-process-subresources.ts';
import { directConnection } from '../apiserver/proxy/node-connection.ts';
import { type CachedRegistry, openRegistry } from '../apiserver/registry/registry.ts';
import { nthAddress } from '../base/cidr.ts';
import { systemClock } from '../base/clock.ts';
import { writeFileAtomic } from '../base/files.ts';
import { formatIp } from '../base/ip.ts';
import type { Logger } from '../base/log.ts';
import type { Steps } from '../base/steps.ts';
import type { Client } from '../client/client.ts';
import { type ClosableEventRecorder, createEventRecorder } from '../client/event-recorder.ts';
import {
  adminCertificate,
  aggregatorCertificate,
  apiServerCertificate,
  kubeletClientCertificate,
  kubeletServingCertificate,
  type LeafCertificate,
} from '../cluster/pki/catalog.ts';
import type { KeyPair } from '../cluster/pki/certificate.ts';
import { kubeconfig } from '../cluster/pki/kubeconfig.ts';
import { openPki, type Pki } from '../cluster/pki/pki.ts';
import { ensureServerToken } from '../cluster/tokens/server-token.ts';
import type { Controller } from '../controller-runtime/controller.ts';
import { createControllerManager } from '../controller-runtime/manager.ts';
import { createControllers } from '../controllers/controllers.ts';
import { tokensController } from '../controllers/token-secret/token-secret.ts';
import type { KubeletTls } from '../node/server/listener.ts';
import type { ServerOptions } from '../options.ts';
import { schedulerPlugins } from '../scheduler/plugins/plugins.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { type Access, createAccess } from './access.ts';
import { type Component, componentsRoute } from './components.ts';
import { controllerManagerUser, controllerUser, schedulerUser, supervisor } from './identities.ts';

/** What the rest of a server builds on. */
export interface ControlPlane {
  readonly pki: Pki;
  readonly access: Access;
  readonly apiServer: ApiServer;
  /** What this machine's node agent shows on its port. */
  kubeletTls(): Promise<KubeletTls>;
  /** Shown by `k3ts status`; what starts later adds itself. */
  readonly components: Component[];
  /** A client that acts as `user`, and is asked for its rights like anybody. */
  clientFor(user: UserInfo, name: string, views?: Client): Client;
  /** Publishes events as `user`. Closed with the control plane. */
  eventsFor(user: UserInfo, component: string, host?: string): ClosableEventRecorder;
  /** Controllers and scheduler. */
  startControllers(): Promise<void>;
}

export interface CompositionOptions {
  readonly options: ServerOptions;
  /** `1.36.0+k3ts1`. */
  readonly version: string;
  readonly log: Logger;
  readonly steps: Steps;
}

const descriptionsFile = fileURLToPath(new URL('../../.cache/descriptions.json.zst', import.meta.url));
const clock = systemClock;

/** Brings up keys, datastore, registry and API server; resolves when the API answers and knows the roles. */
export async function startControlPlane(composition: CompositionOptions): Promise<ControlPlane> {
  const { options, log, steps } = composition;
  const { pki, leaves } = await steps.run('keys', () => openKeys(options, log));
  const store = await steps.run(
    'datastore',
    async () => {
      const dir = join(options.dataDir, 'server', 'db');
      await mkdir(dir, { recursive: true, mode: 0o700 });
      return openSqliteStore({ file: join(dir, 'state.db') });
    },
    (opened) => opened.close(),
  );
  const admission: AdmissionPlugin[] = [];
  const registry = await steps.run(
    'registry',
    () => openRegistry({ store, kinds: builtInKinds, admission, clock, log: log.child('registry') }),
    (opened) => opened.close(),
  );

  const trusted = createInProcessClient({ registry, user: supervisor, name: 'k3ts' });
  const access = createAccess({
    client: trusted,
    serviceAccountKeyPem: pki.serviceAccountKeyPem,
    clusterDomain: options.clusterDomain,
    clock,
  });
  admission.push(
    definitionAdmission,
    ...builtInAdmission({
      client: trusted,
      authorizer: access.authorizer,
      resolver: access.resolver,
      kinds: () => registry.kinds,
      connection: directConnection,
      log: log.child('admission'),
    }),
    serviceAllocator({
      services: trusted.view(service),
      cidrs: options.serviceCidrs,
      nodePorts: options.serviceNodePortRange,
      clock,
    }),
  );
  const components: Component[] = [{ name: 'datastore', problem: async () => void (await store.revision()) }];
  await steps.run(
    'custom resources',
    async () => {
      const resources = createCustomResources({ registry, client: trusted, clock, log: log.child('crds') });
      await resources.start(AbortSignal.timeout(60_000));
      return resources;
    },
    (resources) => resources.stop(),
  );
  const apiServer = await steps.run(
    'API server',
    async () => {
      const server = apiServerOf(composition, { registry, store, access, pki, leaves, components });
      await server.start();
      await writeKubeconfig(options, pki, leaves.admin);
      return server;
    },
    (server) => server.stop(),
  );
  await steps.run('roles', async () => {
    await Promise.all([ensureBootstrapPolicy(trusted), ensurePriorityClasses(trusted)]);
  });
  const clients = clientFactory(registry, access, log);
  return {
    pki,
    access,
    apiServer,
    kubeletTls: () => kubeletTls(options, pki),
    components,
    ...clients,
    startControllers: () => startControllers(composition, { ...clients, registry, access, components, trusted, pki }),
  };
}

interface Leaves {
  readonly serving: KeyPair;
  readonly admin: KeyPair;
  readonly kubeletClient: KeyPair;
}

async function openKeys(options: ServerOptions, log: Logger): Promise<{ readonly pki: Pki; readonly leaves: Leaves }> {
  const pki = await openPki({ dir: join(options.dataDir, 'server', 'tls'), clock, log: log.child('pki') });
  await ensureServerToken({
    dir: join(options.dataDir, 'server'),
    caHash: pki.serverCaHash,
    ...(options.token !== undefined && { given: options.token }),
  });
  const issue = (leaf: LeafCertificate) => pki.certificate(leaf.name, leaf.authority, leaf.subject);
  const serving = apiServerCertificate({
    clusterDomain: options.clusterDomain,
    serviceAddresses: options.serviceCidrs.map(apiAddress),
    nodeName: options.nodeName,
    nodeAddresses: options.nodeIps.map(formatIp),
    extraNames: options.tlsSans,
  });
  const [servingPair, admin, kubeletClient] = await Promise.all([
    issue(serving),
    issue(adminCertificate),
    issue(kubeletClientCertificate),
    issue(aggregatorCertificate),
  ]);
  return { pki, leaves: { serving: servingPair, admin, kubeletClient } };
}

async function kubeletTls(options: ServerOptions, pki: Pki): Promise<KubeletTls> {
  const leaf = kubeletServingCertificate({ nodeName: options.nodeName, nodeAddresses: options.nodeIps.map(formatIp) });
  const pair = await pki.certificate(leaf.name, leaf.authority, leaf.subject, join(options.dataDir, 'agent'));
  return {
    key: pair.keyPem,
    cert: pair.certificatePem,
    clientCa: pki.authorities['client-ca'].certificatePem,
  };
}

/** The first address of a service range is the API's. */
function apiAddress(cidr: ServerOptions['serviceCidrs'][0]): string {
  const address = nthAddress(cidr, 1);
  if (!address) throw new Error('the service range has no room for the API'); // refused when the options were read
  return formatIp(address);
}

function apiServerOf(
  { options, version, log }: CompositionOptions,
  parts: {
    readonly store: Store;
    readonly registry: CachedRegistry;
    readonly access: Access;
    readonly pki: Pki;
    readonly leaves: Leaves;
    readonly components: readonly Component[];
  },
): ApiServer {
  const { registry, store, access, pki, leaves, components } = parts;
  const { authorities } = pki;
  const address = formatIp(options.nodeIps[0]);
  return createApiServer({
    registry,
    authenticator: access.authenticator,
    authorizer: access.authorizer,
    listen: { address: formatIp(options.bindAddress), port: options.httpsListenPort },
    tls: {
      key: leaves.serving.keyPem,
      cert: leaves.serving.certificatePem,
      clientCa: authorities['client-ca'].certificatePem,
    },
    kubelet: {
      connection: directConnection,
      credentials: () => ({
        key: leaves.kubeletClient.keyPem,
        cert: leaves.kubeletClient.certificatePem,
        ca: authorities['server-ca'].certificatePem,
      }),
    },
    version: { gitVersion: `v${version}`, gitCommit: '', buildDate: '1970-01-01T00:00:00Z' },
    clock,
    log: log.child('apiserver'),
    reviews: access.reviews,
    tokenRequest: access.tokenRequest,
    openId: access.openId,
    paths: [componentsRoute(components)],
    checks: [{ name: 'etcd', check: async () => void (await store.revision()) }],
    descriptionsFile,
    systemObjects: {
      serviceAddress: apiAddress(options.serviceCidrs[0]),
      advertised: { address, port: options.httpsListenPort },
    },
    advertised: `${address.includes(':') ? `[${address}]` : address}:${options.httpsListenPort}`,
  });
}

async function writeKubeconfig(options: ServerOptions, pki: Pki, admin: KeyPair): Promise<void> {
  const { path, mode } = options.kubeconfig;
  const server = `https://127.0.0.1:${options.httpsListenPort}`;
  const text = kubeconfig({ server, authorityPem: pki.authorities['server-ca'].certificatePem, user: admin });
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, text, { mode });
}

function clientFactory(
  registry: CachedRegistry,
  access: Access,
  log: Logger,
): Pick<ControlPlane, 'clientFor' | 'eventsFor'> {
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

function userOf({ account, name }: Controller): UserInfo {
  return name === tokensController ? controllerManagerUser : controllerUser(account ?? name);
}

async function startControllers(
  { options, log, steps }: CompositionOptions,
  parts: Pick<ControlPlane, 'access' | 'clientFor' | 'components' | 'eventsFor' | 'pki'> & {
    readonly registry: CachedRegistry;
    readonly trusted: Client;
  },
): Promise<void> {
  const { access, clientFor, components, eventsFor, pki, registry, trusted } = parts;
  const recorders: ClosableEventRecorder[] = [];
  const remembered = (recorder: ClosableEventRecorder) => {
    recorders.push(recorder);
    return recorder;
  };
  // Controllers read what the manager may read, and write as themselves.
  const views = clientFor(controllerManagerUser, 'kube-controller-manager');
  const publisher = dnsServiceController(options.clusterDns.map(formatIp));
  const manager = createControllerManager({
    controllers: [
      ...createControllers({
        kinds: () => registry.kinds,
        rootCaCertificates: pki.authorities['server-ca'].certificatePem,
        signSecretToken: access.signSecretToken,
        podRanges: options.clusterCidrs.map((cidr) => ({ cidr, nodePrefix: cidr.family === 4 ? 24 : 64 })),
      }),
      ...(options.disabled.has('dns') ? [] : [publisher]),
    ],
    onKindsChange: (listener) => registry.onKindsChange(listener),
    clientFor: (controller) =>
      controller === publisher ? trusted : clientFor(userOf(controller), controller.name, views),
    eventsFor: (controller) => remembered(eventsFor(userOf(controller), controller.name)),
    clock,
    log: log.child('controllers'),
  });
  const signal = AbortSignal.timeout(60_000);
  await steps.run(
    'controllers',
    () => manager.start(signal),
    async () => {
      await manager.stop();
      for (const recorder of recorders) recorder.close();
    },
  );
  components.push({
    name: 'controllers',
    problem() {
      const idle = manager.status().filter(({ state }) => state !== 'running');
      return idle.length > 0 ? `not running: ${idle.map(({ name }) => name).join(', ')}` : undefined;
    },
  });
  const scheduler = createScheduler({
    client: clientFor(schedulerUser, 'kube-scheduler'),
    events: remembered(eventsFor(schedulerUser, 'default-scheduler')),
    plugins: schedulerPlugins,
    clock,
    log: log.child('scheduler'),
  });
  await steps.run(
    'scheduler',
    () => scheduler.start(new AbortController().signal),
    () => scheduler.stop(),
  );
  components.push({ name: 'scheduler', problem: () => undefined });
}
