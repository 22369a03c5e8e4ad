import type { ServicePort as ApiServicePort, Service } from '../../api/schema/generated/types/core-v1.ts';
import type { Endpoint, EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts';

/** One port of a Service with the endpoints that traffic may go to now, for one address family. */
export interface ServicePort {
  /** `namespace/name:port`. */
  readonly id: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly port: number;
  readonly clusterIps: readonly string[];
  /** External IPs and load balancer addresses of mode VIP. */
  readonly externalIps: readonly string[];
  readonly nodePort?: number;
  /** ClientIP affinity lasts this long after the last connection. */
  readonly affinitySeconds?: number;
  /** For traffic from inside, `internalTrafficPolicy` applied. */
  readonly internal: readonly Target[];
  /** For traffic from outside, `externalTrafficPolicy` applied. */
  readonly external: readonly Target[];
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  /** Load balancer source ranges of this family; undefined: anybody. */
  readonly sourceRanges?: readonly string[];
}

export interface Target {
  readonly address: string;
  readonly port: number;
}

interface Candidate extends Target {
  readonly ready: boolean;
  readonly servingWhileTerminating: boolean;
  readonly local: boolean;
}

export interface ServicePortOptions {
  readonly family: 4 | 6;
  readonly nodeName: string;
}

/** The ports of a Service as the proxy sees them; none for ExternalName and headless Services (kubernetes.io/docs/reference/networking/virtual-ips). */
export function servicePorts(
  service: Service,
  slices: readonly EndpointSlice[],
  { family, nodeName }: ServicePortOptions,
): readonly ServicePort[] {
  const { spec, metadata, status } = service;
  if (!spec || spec.type === 'ExternalName' || !spec.clusterIP || spec.clusterIP === 'None') return [];
  const ofFamily = (address: string) => address.includes(':') === (family === 6);
  const clusterIps = (spec.clusterIPs ?? [spec.clusterIP]).filter(ofFamily);
  if (clusterIps.length === 0) return [];
  const balancers = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode }) =>
    ip && ipMode !== 'Proxy' ? [ip] : [],
  );
  const externalIps = [...new Set([...(spec.externalIPs ?? []), ...balancers])].filter(ofFamily);
  const ranges = spec.loadBalancerSourceRanges?.map((range) => range.trim()).filter(ofFamily);
  const affinity =
    spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) : undefined;
  const internalLocal = spec.internalTrafficPolicy === 'Local';
  const externalLocal = spec.externalTrafficPolicy === 'Local';
  const own = slices.filter(({ addressType }) => addressType === (family === 4 ? 'IPv4' : 'IPv6'));

  return (spec.ports ?? []).map((port) => {
    const candidates = candidatesOf(own, port, nodeName);
    return {
      id: `${metadata.namespace}/${metadata.name}:${port.name ?? port.port}`,
      protocol: protocolOf(port.protocol),
      port: port.port,
      clusterIps,
      externalIps,
      ...(port.nodePort && { nodePort: port.nodePort }),
      ...(affinity !== undefined && { affinitySeconds: affinity }),
      internal: usable(internalLocal ? candidates.filter(({ local }) => local) : candidates),
      external: usable(externalLocal ? candidates.filter(({ local }) => local) : candidates),
      internalLocal,
      externalLocal,
      ...(ranges?.length && { sourceRanges: ranges }),
    };
  });
}

function protocolOf(protocol: string | undefined): ServicePort['protocol'] {
  return protocol === 'UDP' ? 'udp' : protocol === 'SCTP' ? 'sctp' : 'tcp';
}

function candidatesOf(
  slices: readonly EndpointSlice[],
  { name = '', protocol = 'TCP' }: ApiServicePort,
  nodeName: string,
): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  for (const slice of slices) {
    const match = slice.ports?.find((port) => (port.name ?? '') === name && (port.protocol ?? 'TCP') === protocol);
    if (!match?.port) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const address = endpoint.addresses[0];
      if (!address) continue;
      const candidate = { address, port: match.port, ...conditions(endpoint), local: endpoint.nodeName === nodeName };
      const key = `${address}:${match.port}`;
      // The same endpoint may be in two slices while they are rewritten; the better news holds.
      const known = found.get(key);
      if (!known || (!known.ready && candidate.ready)) found.set(key, candidate);
    }
  }
  return [...found.values()].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : a.port - b.port));
}

function conditions({ conditions = {} }: Endpoint): Pick<Candidate, 'ready' | 'servingWhileTerminating'> {
  const ready = conditions.ready ?? true;
  return { ready, servingWhileTerminating: (conditions.serving ?? ready) && (conditions.terminating ?? false) };
}

/** Ready endpoints, or, where there are none, those that end but still serve (KEP-1669). */
function usable(candidates: readonly Candidate[]): readonly Target[] {
  const ready = candidates.filter((candidate) => candidate.ready);
  const chosen = ready.length > 0 ? ready : candidates.filter((candidate) => candidate.servingWhileTerminating);
  return chosen.map(({ address, port }) => ({ address, port }));
}
