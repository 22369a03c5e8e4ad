import type { EndpointAddress, Endpoints } from '../../api/schema/generated/types/core-v1.ts';
import type { Endpoint, EndpointPort } from '../../api/schema/generated/types/discovery-v1.ts';
import { familyOf } from '../../base/ip.ts';
import type { EndpointGroup } from '../endpoint-slice/plan.ts';

const skipMirrorLabel = 'endpointslice.kubernetes.io/skip-mirror';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';

/** Addresses taken over from one subset, as upstream's default. */
const maxEndpointsPerSubset = 1_000;

/** Whether somebody other than the endpoints controller keeps this object, and wants it mirrored. */
export function isMirrored({ metadata }: Endpoints): boolean {
  return metadata.labels?.[skipMirrorLabel] !== 'true' && metadata.annotations?.[leaderAnnotation] === undefined;
}

/** The groups that stand for the same addresses. */
export function groupsOfSubsets({ subsets }: Endpoints): readonly EndpointGroup[] {
  const groups = new Map<
    string,
    { addressType: 'IPv4' | 'IPv6'; ports: readonly EndpointPort[]; endpoints: Endpoint[] }
  >();
  for (const subset of subsets ?? []) {
    const ports = (subset.ports ?? []).map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
      name,
      port,
      protocol,
      ...(appProtocol !== undefined && { appProtocol }),
    }));
    const all = [
      ...(subset.addresses ?? []).map((address) => ({ address, ready: true })),
      ...(subset.notReadyAddresses ?? []).map((address) => ({ address, ready: false })),
    ];
    for (const { address, ready } of all.slice(0, maxEndpointsPerSubset)) {
      const addressType = familyOf(address.ip);
      const key = `${addressType}|${JSON.stringify(ports)}`;
      const group = groups.get(key) ?? { addressType, ports, endpoints: [] };
      groups.set(key, group);
      group.endpoints.push(endpointOf(address, ready));
    }
  }
  return [...groups.values()];
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready, serving: ready, terminating: false },
    ...(hostname && { hostname }),
    ...(nodeName && { nodeName }),
    ...(targetRef && { targetRef }),
  };
}
