import { systemClock as clock } from './base/clock.ts';
import { giveBackWhenIdle } from './base/idle-memory.ts';
import type { CompositionOptions } from './composition/contract.ts';
import { type ControlPlane, startControlPlane } from './composition/control-plane.ts';
import { clusterDnsUser, nodeUser, serviceProxyUser, supervisor } from './composition/identities.ts';

/**
 * The composition root of a server. Keys come first, as everything shows them; then what is stored, and the API on top of
 * it; then, side by side, what acts on the API: controllers and scheduler, and this machine's node. Stopping goes the
 * other way round: the node ends while the API still takes its last words. Resolves when the server is up.
 */
export async function startServer(composition: CompositionOptions): Promise<void> {
  const { options, steps } = composition;
  const controlPlane = await startControlPlane(composition);
  await Promise.all([
    controlPlane.startControllers(),
    options.disableAgent ? undefined : startAgent(composition, controlPlane),
  ]);
  await steps.run(
    'idle memory',
    () => giveBackWhenIdle({ clock }),
    (end) => end(),
  );
}

/** A server without a node does not load what a node is made of. */
async function startAgent(composition: CompositionOptions, controlPlane: ControlPlane): Promise<void> {
  const { nodeName } = composition.options;
  const { startNode } = await import('./composition/node.ts');
  const user = nodeUser(nodeName);
  await startNode(composition, {
    client: controlPlane.clientFor(user, 'kubelet'),
    serverClient: controlPlane.clientFor(supervisor, 'k3ts'),
    kubeletTls: () => controlPlane.kubeletTls(),
    renewal: controlPlane.renewal,
    access: controlPlane.access,
    components: controlPlane.components,
    proxyClient: controlPlane.clientFor(serviceProxyUser, 'kube-proxy'),
    dnsClient: controlPlane.clientFor(clusterDnsUser, 'cluster-dns'),
    events: controlPlane.eventsFor(user, 'kubelet', nodeName),
  });
}
