import { join } from 'node:path';
import { createClusterDns } from '../addons/dns/dns.ts';
import type { Authorizer } from '../apiserver/contract.ts';
import { formatCidr } from '../base/cidr.ts';
import { systemClock } from '../base/clock.ts';
import { readTextIfPresent } from '../base/files.ts';
import { formatIp } from '../base/ip.ts';
import { describeError, type Logger } from '../base/log.ts';
import { run } from '../base/process.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';
import { createNetwork } from '../network/network.ts';
import { createNodeAgent, type NodeAgent } from '../node/agent.ts';
import { chooseHostResolver } from '../node/pods/dns.ts';
import type { Authorize } from '../node/server/access.ts';
import type { KubeletTls } from '../node/server/listener.ts';
import { createKubeletServer } from '../node/server/server.ts';
import { kubeletPort } from '../options.ts';
import type { Access } from './access.ts';
import type { Component } from './components.ts';
import type { CompositionOptions } from './contract.ts';
import type { Renewal } from './renewal.ts';
import { labelServerNode } from './server-node.ts';

const clock = systemClock;

export interface NodeParts {
  /** Acts as the node. */
  readonly client: Client;
  /** Says of the node what it may not say itself. */
  readonly serverClient: Client;
  readonly proxyClient: Client;
  readonly dnsClient: Client;
  readonly events: EventRecorder;
  /** What the node agent shows on its port, and whom it trusts there. */
  readonly kubeletTls: () => Promise<KubeletTls>;
  readonly renewal: Renewal;
  readonly access: Pick<Access, 'authenticateToken' | 'authorizer'>;
  readonly components: Component[];
}

/** Brings up the node of this machine: network, DNS and node agent. Resolves when containers can be started. */
export async function startNode(
  { options, version, log, steps }: CompositionOptions,
  { client, serverClient, events, proxyClient, dnsClient, kubeletTls, renewal, access, components }: NodeParts,
): Promise<NodeAgent> {
  const { dataDir, nodeName, runtimeDir } = options;
  const bin = (name: string) => join(runtimeDir, 'bin', name);
  const aux = (name: string) => join(runtimeDir, 'aux', name);
  const nodeIps = options.nodeIps.map(formatIp);
  const dns = options.disabled.has('dns') ? undefined : await startDns({ options, log, client: dnsClient, steps });
  const network = createNetwork({
    client: proxyClient,
    dataDir,
    nodeName,
    ip: aux('ip'),
    nft: aux('nft'),
    clusterCidrs: options.clusterCidrs.map(formatCidr),
    serviceCidrs: options.serviceCidrs.map(formatCidr),
    mtu: await mtuOf(aux('ip'), nodeIps[0] ?? ''),
    clock,
    log: log.child('network'),
    onGateways: (addresses) => {
      for (const address of addresses)
        dns?.listen(address).catch((error: unknown) => {
          log.error('cluster DNS does not answer', { address, error: describeError(error) });
        });
    },
  });
  const signal = AbortSignal.timeout(60_000);
  await steps.run(
    'node labels',
    async () => labelServerNode(serverClient, nodeName, log.child('node-labels')),
    (stop) => stop(),
  );
  await steps.run(
    'service proxy',
    () => network.start(signal),
    () => network.stop(),
  );
  const agent = createNodeAgent({
    client,
    events,
    dataDir,
    nodeName,
    nodeIps,
    runtimePaths: {
      containerd: bin('containerd'),
      shim: bin('containerd-shim-runc-v2'),
      ctr: bin('ctr'),
      runc: bin('runc'),
      catatonit: bin('catatonit'),
      cniBinDir: join(runtimeDir, 'cni'),
    },
    network,
    clusterDns: options.clusterDns.map(formatIp),
    clusterDomain: options.clusterDomain,
    labels: options.nodeLabels,
    taints: options.nodeTaints,
    settings: options.nodeSettings,
    kubeletVersion: `v${version}`,
    kubeletPort,
    clock,
    log: log.child('node'),
  });
  await steps.run(
    'node agent',
    () => agent.start(new AbortController().signal),
    () => agent.stop(),
  );
  let serving = await kubeletTls();
  const server = createKubeletServer({
    agent,
    nodeName,
    tls: serving,
    authorize: kubeletAuthorizer(access.authorizer, nodeName),
    authenticateToken: access.authenticateToken,
    listen: { addresses: [formatIp(options.bindAddress)], port: kubeletPort },
    clock,
    log: log.child('kubelet'),
  });
  await steps.run(
    'node agent server',
    () => server.start(),
    () => server.stop(),
  );
  renewal.add('of the node agent', async () => {
    const next = await kubeletTls();
    if (next.cert !== serving.cert) server.setTls(next);
    serving = next;
  });
  components.push(
    { name: 'pod network', problem: () => network.ready() },
    { name: 'node agent', problem: () => agent.status() },
  );
  return agent;
}

/** Who may do what on the node agent's port is a question for the API: of the node's subresources (KEP-2862). */
function kubeletAuthorizer(authorizer: Authorizer, nodeName: string): Authorize {
  return async ({ user, verb, subresources }) => {
    for (const subresource of subresources) {
      const resource = { group: '', version: 'v1', plural: 'nodes', subresource, namespace: '', name: nodeName };
      if ((await authorizer.authorize({ user, verb, resource })).decision === 'allow') return true;
    }
    return false;
  };
}

async function startDns({
  options,
  log,
  client,
  steps,
}: Pick<CompositionOptions, 'options' | 'steps'> & { readonly log: Logger; readonly client: Client }) {
  const files = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];
  const upstreams = chooseHostResolver(await Promise.all(files.map(readTextIfPresent))).servers;
  const dns = createClusterDns({
    client,
    domain: options.clusterDomain,
    cidrs: [...options.clusterCidrs, ...options.serviceCidrs],
    upstreams,
    clock,
    log: log.child('dns'),
  });
  await steps.run(
    'cluster DNS',
    () => dns.start(AbortSignal.timeout(60_000)),
    () => dns.stop(),
  );
  return dns;
}

/** The pods' links carry packets no larger than the link that has the node's address. */
async function mtuOf(ip: string, address: string): Promise<number> {
  // Asked of `ip` and not of /sys, which shows the links of the network namespace in which it was mounted.
  const { stdout } = await run(ip, ['-json', 'address', 'show']);
  const links = JSON.parse(stdout) as readonly { mtu?: number; addr_info?: readonly { local?: string }[] }[];
  const found = links.find(({ addr_info = [] }) => addr_info.some(({ local }) => local === address));
  const [standard, loopback] = [1500, 65_536];
  return !found?.mtu || found.mtu >= loopback ? standard : found.mtu;
}
