import { dnsServiceController } from '../addons/dns/publish.ts';
import { certificateSigningRequest } from '../api/certificates/certificate-signing-request.ts';
import { builtInSigners } from '../api/certificates/signers.ts';
import type { Aggregation } from '../apiserver/aggregation/aggregation.ts';
import { remoteContent } from '../apiserver/aggregation/remote-content.ts';
import type { UserInfo } from '../apiserver/contract.ts';
import type { CachedRegistry } from '../apiserver/registry/registry.ts';
import { systemClock as clock } from '../base/clock.ts';
import { formatIp } from '../base/ip.ts';
import type { MetricRegistry } from '../base/metrics/metrics.ts';
import type { Client } from '../client/client.ts';
import type { ClosableEventRecorder } from '../client/event-recorder.ts';
import type { Pki } from '../cluster/pki/pki.ts';
import type { Controller } from '../controller-runtime/controller.ts';
import { createControllerManager } from '../controller-runtime/manager.ts';
import { type ControllersOptions, createControllers } from '../controllers/controllers.ts';
import { garbageCollectorName } from '../controllers/garbage-collector/garbage-collector.ts';
import { serviceAddressController } from '../controllers/service-address/service-address.ts';
import { tokensController } from '../controllers/token-secret/token-secret.ts';
import { schedulerPlugins } from '../scheduler/plugins/plugins.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import type { Access } from './access.ts';
import type { Component } from './components.ts';
import type { Clients, CompositionOptions } from './contract.ts';
import { controllerManagerUser, controllerUser, schedulerUser, supervisor } from './identities.ts';

export interface ControllerParts extends Clients {
  readonly access: Access;
  readonly pki: Pki;
  readonly registry: CachedRegistry;
  readonly aggregation: Aggregation;
  /** May do everything; for what packaged components publish. */
  readonly trusted: Client;
  readonly components: Component[];
  readonly metrics: MetricRegistry;
}

function userOf({ account, name }: Controller): UserInfo {
  return name === tokensController ? controllerManagerUser : controllerUser(account ?? name);
}

/** Who signs: as K3s has it, users' and nodes' client certificates are of one authority, serving ones of the other. */
function certificateOptions(
  { authorizer }: Access,
  { authorities }: Pki,
): NonNullable<ControllersOptions['certificates']> {
  const [client, server] = [authorities['client-ca'], authorities['server-ca']];
  return {
    authorities: {
      [builtInSigners.apiServerClient]: client,
      [builtInSigners.kubeletClient]: client,
      [builtInSigners.kubeletServing]: server,
      [builtInSigners.legacyUnknown]: server,
    },
    async mayRequest({ username = '', groups = [], uid, extra }, subresource) {
      const user = { name: username, groups, ...(uid && { uid }), ...(extra && { extra }) };
      const { group, version, plural } = certificateSigningRequest;
      const resource = { group, version, plural, subresource, namespace: '', name: '' };
      return (await authorizer.authorize({ user, verb: 'create', resource })).decision === 'allow';
    },
  };
}

/** Controllers and scheduler; each acts as itself. */
export async function startControllers(
  { options, log, steps }: CompositionOptions,
  parts: ControllerParts,
): Promise<void> {
  const { access, aggregation, clientFor, components, eventsFor, pki, registry, trusted, metrics } = parts;
  const recorders: ClosableEventRecorder[] = [];
  const remembered = (recorder: ClosableEventRecorder) => {
    recorders.push(recorder);
    return recorder;
  };
  // Controllers read what the manager may read, and write as themselves.
  const views = clientFor(controllerManagerUser, 'kube-controller-manager');
  // Upstream does these inside the API server, as itself.
  const own = [
    serviceAddressController(),
    ...(options.disabled.has('dns') ? [] : [dnsServiceController(options.clusterDns.map(formatIp))]),
  ];
  const remotes = remoteContent(aggregation, controllerUser(garbageCollectorName), log.child('remote-content'));
  const manager = createControllerManager({
    controllers: [
      ...createControllers({
        kinds: () => registry.kinds,
        remoteContent: {
          kinds: () => remotes.kinds(),
          unknown: () => remotes.unknown(),
          client: remotes.clientFor(controllerUser('namespace-controller'), trusted),
        },
        rootCaCertificates: pki.authorities['server-ca'].certificatePem,
        signSecretToken: access.signSecretToken,
        certificates: certificateOptions(access, pki),
        podRanges: options.clusterCidrs.map((cidr) => ({ cidr, nodePrefix: cidr.family === 4 ? 24 : 64 })),
      }),
      ...own,
    ],
    onKindsChange(listener) {
      const unlisten = [registry.onKindsChange(listener), remotes.onKindsChange(listener)];
      return () => {
        for (const one of unlisten) one();
      };
    },
    clientFor(controller) {
      if (own.includes(controller)) return trusted;
      const client = clientFor(userOf(controller), controller.name, views);
      return controller.name === garbageCollectorName ? remotes.clientFor(userOf(controller), client) : client;
    },
    eventsFor: (controller) =>
      remembered(eventsFor(own.includes(controller) ? supervisor : userOf(controller), controller.name)),
    metrics,
    clock,
    log: log.child('controllers'),
  });
  const signal = AbortSignal.timeout(60_000);
  await steps.run(
    'controllers',
    () => manager.start(signal),
    async () => {
      await manager.stop();
      remotes.close();
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
    metrics,
    clock,
    log: log.child('scheduler'),
  });
  await steps.run(
    'scheduler',
    () => scheduler.start(new AbortController().signal),
    () => scheduler.stop(),
  );
  components.push({ name: 'scheduler', problem: () => (scheduler.running ? undefined : 'it has stopped') });
}
