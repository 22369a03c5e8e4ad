import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { writeFileAtomic } from '../base/files.ts';
import { instanceName } from '../base/instance.ts';
import { describeError, type Logger } from '../base/log.ts';
import type { Client } from '../client/client.ts';
import { conflist } from './cni/conflist.ts';
import { findConflicts, readMachineNetwork, wantedRanges } from './conflicts.ts';
import { applyGateway } from './gateway/apply.ts';
import { planGateway } from './gateway/gateway.ts';
import { NetworkError } from './network-error.ts';
import { createServiceProxy, type ServiceProxy } from './service-proxy/service-proxy.ts';

export interface NetworkOptions {
  readonly client: Client;
  readonly dataDir: string;
  readonly nodeName: string;
  /** The programs. */
  readonly ip: string;
  readonly nft: string;
  readonly clusterCidrs: readonly string[];
  readonly serviceCidrs: readonly string[];
  /** Of the pods' links. */
  readonly mtu: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called with the node's own addresses towards the pods, once they are there. */
  readonly onGateways: (addresses: readonly string[]) => void;
}

/** The network of one node: the pods' gateway, what the CNI plugins are told, and the service proxy. */
export interface Network {
  start(signal: AbortSignal): Promise<void>;
  /** Why pods cannot have a network yet, in one line; undefined when they can. */
  ready(): string | undefined;
  /** The node has got its pod ranges (spec.podCIDRs). May be repeated. */
  onPodCidr(cidrs: readonly string[]): Promise<void>;
  /** Ends the work; links and rules stay for the pods that run on. */
  stop(): Promise<void>;
}

/** Where the container runtime looks for network configuration. */
export function cniConfigDir(dataDir: string): string {
  return join(dataDir, 'agent', 'etc', 'cni', 'net.d');
}

/** Link and table of this data directory. */
export function networkNames(dataDir: string): { readonly link: string; readonly table: string } {
  return { link: instanceName('k3ts', dataDir), table: instanceName('k3ts', dataDir) };
}

export function createNetwork(options: NetworkOptions): Network {
  const { client, dataDir, log } = options;
  const { link, table } = networkNames(dataDir);
  const proxy: ServiceProxy = createServiceProxy({
    client,
    table,
    nodeName: options.nodeName,
    nft: options.nft,
    families: options.clusterCidrs.map((clusterCidr) => ({ family: clusterCidr.includes(':') ? 6 : 4, clusterCidr })),
    clock: options.clock,
    log: log.child('service-proxy'),
  });
  let problem: string | undefined = 'cni config uninitialized: the node has no pod range yet';
  let current = '';

  const refuseConflicts = async (podCidrs: readonly string[]) => {
    const conflicts = findConflicts(await readMachineNetwork(options.ip), link, [
      ...wantedRanges("the node's pod range", podCidrs),
      ...wantedRanges('the service range', options.serviceCidrs),
    ]);
    for (const text of conflicts.warnings) log.warn('a route is hidden', { text });
    if (conflicts.problems.length > 0)
      throw new NetworkError('config', `cannot set up the pod network: ${conflicts.problems.join('; ')}`);
  };

  const setUp = async (podCidrs: readonly string[]) => {
    const plan = planGateway({ name: link, podCidrs, serviceCidrs: options.serviceCidrs, mtu: options.mtu });
    await refuseConflicts(podCidrs);
    await applyGateway(options.ip, plan);
    const dir = cniConfigDir(dataDir);
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const ipamDir = join(dataDir, 'agent', 'ipam');
    const text = conflist({ name: link, podCidrs, ipamDir, mtu: options.mtu });
    await writeFileAtomic(join(dir, '10-k3ts.conflist'), text, { mode: 0o600 });
    proxy.setPodCidrs(podCidrs);
    options.onGateways(plan.gateways);
  };

  return {
    ready: () => problem,
    start: (signal) => proxy.start(signal),
    async onPodCidr(cidrs) {
      const wanted = cidrs.join(',');
      if (wanted === current || cidrs.length === 0) return;
      try {
        await setUp(cidrs);
        current = wanted;
        problem = undefined;
        log.info('pod network is ready', { link, podCidrs: wanted });
      } catch (error) {
        problem = describeError(error);
        throw error;
      }
    },
    stop: () => proxy.stop(),
  };
}
