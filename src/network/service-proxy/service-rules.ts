import { createHash } from 'node:crypto';
import type { NftChain, NftSet, RuleSet } from '../firewall/rule-set.ts';
import { baseChains, masqueradeMark } from './base-chains.ts';
import type { ServicePort, Target } from './service-port.ts';

export interface ServiceRulesOptions {
  readonly family: 4 | 6;
  readonly table: string;
  /** All pods of the cluster, this family. */
  readonly clusterCidr: string;
  /** Pods of this node; undefined until the node has its range. */
  readonly podCidr?: string;
}

/**
 * All rules of the service proxy for one address family, as one table (kubernetes.io/docs/reference/networking/virtual-ips).
 *
 * A packet is looked up once in a map by address, protocol and port; the verdict leads to the chain of the Service,
 * which picks an endpoint. What has no endpoint is refused at once, so that clients do not wait.
 * Pods' traffic to the outside gets the node's address. Client addresses are kept wherever the answer finds its way back.
 */
export function serviceRules(ports: readonly ServicePort[], options: ServiceRulesOptions): RuleSet {
  const ip = options.family === 4 ? 'ip' : 'ip6';
  const addressType = options.family === 4 ? 'ipv4_addr' : 'ipv6_addr';
  const serviceIps = new Map<string, string>();
  const nodePorts = new Map<string, string>();
  const refusedIps = new Map<string, string>();
  const refusedPorts = new Map<string, string>();
  const clusterIps = new Map<string, undefined>();
  const hairpins = new Map<string, undefined>();
  const sets = new Map<string, NftSet>();
  const chains = new Map<string, NftChain>();

  for (const port of ports) {
    const id = hash(port.id, port.protocol);
    const at = (address: string) => `${address} . ${port.protocol} . ${port.port}`;
    for (const address of port.clusterIps) clusterIps.set(address, undefined);
    for (const { address } of port.internal) hairpins.set(`${address} . ${address}`, undefined);

    const inside = `svc-${id}`;
    if (port.internal.length > 0) {
      addBalancer(inside, port, port.internal, { ip, addressType, sets, chains });
      for (const address of port.clusterIps) serviceIps.set(at(address), `goto ${inside}`);
    } else
      for (const address of port.clusterIps) refusedIps.set(at(address), port.internalLocal ? 'drop' : 'goto refuse');

    if (port.externalIps.length === 0 && !port.nodePort) continue;
    const nodePort = port.nodePort ? `${port.protocol} . ${port.nodePort}` : undefined;
    if (port.external.length === 0 && (port.internal.length === 0 || !port.externalLocal)) {
      const verdict = port.externalLocal ? 'drop' : 'goto refuse';
      for (const address of port.externalIps) refusedIps.set(at(address), verdict);
      if (nodePort) refusedPorts.set(nodePort, verdict);
      continue;
    }
    addExternal(id, port, options, { ip, addressType, sets, chains });
    for (const address of port.externalIps) serviceIps.set(at(address), `goto ext-${id}`);
    if (nodePort) nodePorts.set(nodePort, `goto ext-${id}`);
  }

  const destination = `${addressType} . inet_proto . inet_service`;
  sets.set('service_ips', { kind: 'map', type: `${destination} : verdict`, elements: serviceIps });
  sets.set('refused_ips', { kind: 'map', type: `${destination} : verdict`, elements: refusedIps });
  sets.set('node_ports', { kind: 'map', type: 'inet_proto . inet_service : verdict', elements: nodePorts });
  sets.set('refused_ports', { kind: 'map', type: 'inet_proto . inet_service : verdict', elements: refusedPorts });
  sets.set('cluster_ips', { kind: 'set', type: addressType, elements: clusterIps });
  sets.set('hairpins', { kind: 'set', type: `${addressType} . ${addressType}`, elements: hairpins });
  for (const [name, chain] of baseChains({ ip, ...options })) chains.set(name, chain);
  return { family: ip, table: options.table, sets, chains };
}

interface Building {
  readonly ip: 'ip' | 'ip6';
  readonly addressType: string;
  readonly sets: Map<string, NftSet>;
  readonly chains: Map<string, NftChain>;
}

function hash(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 10);
}

function addBalancer(name: string, port: ServicePort, targets: readonly Target[], building: Building): void {
  const { ip, addressType, sets, chains } = building;
  const note = `comment "${port.id}"`;
  if (port.affinitySeconds === undefined) {
    const map = targets.map(({ address, port: to }, at) => `${at} : ${address} . ${to}`).join(', ');
    const pick = `numgen random mod ${targets.length} map { ${map} }`;
    chains.set(name, { rules: [`meta l4proto ${port.protocol} dnat ${ip} addr . port to ${pick} ${note}`] });
    return;
  }
  const seconds = port.affinitySeconds;
  const endpoints = targets.map((target) => {
    const id = hash(port.id, port.protocol, target.address, String(target.port));
    const bracketed = ip === 'ip6' ? `[${target.address}]` : target.address;
    sets.set(`aff-${id}`, { kind: 'set', type: addressType, options: `flags dynamic,timeout; timeout ${seconds}s;` });
    chains.set(`ep-${id}`, {
      rules: [
        `update @aff-${id} { ${ip} saddr }`,
        `meta l4proto ${port.protocol} dnat to ${bracketed}:${target.port} ${note}`,
      ],
    });
    return id;
  });
  const verdicts = endpoints.map((id, at) => `${at} : goto ep-${id}`).join(', ');
  chains.set(name, {
    rules: [
      ...endpoints.map((id) => `${ip} saddr @aff-${id} goto ep-${id}`),
      `numgen random mod ${targets.length} vmap { ${verdicts} } ${note}`,
    ],
  });
}

function addExternal(id: string, port: ServicePort, options: ServiceRulesOptions, building: Building): void {
  const { ip, chains } = building;
  const inside = `svc-${id}`;
  const rules: string[] = [];
  if (port.sourceRanges && port.externalIps.length > 0)
    rules.push(
      `${ip} daddr { ${port.externalIps.join(', ')} } ${ip} saddr != { ${port.sourceRanges.join(', ')} } drop`,
    );
  if (port.externalLocal) {
    // Pods may use the outside address from any node, as if they used the inside one.
    if (port.internal.length > 0) rules.push(`${ip} saddr ${options.clusterCidr} goto ${inside}`);
    if (port.external.length > 0) {
      addBalancer(`loc-${id}`, port, port.external, building);
      rules.push(`goto loc-${id}`);
    } else rules.push('drop');
  } else {
    rules.push(`meta mark set meta mark | ${masqueradeMark}`);
    if (port.internalLocal) {
      addBalancer(`all-${id}`, port, port.external, building);
      rules.push(`goto all-${id}`);
    } else rules.push(`goto ${inside}`);
  }
  chains.set(`ext-${id}`, { rules });
}
