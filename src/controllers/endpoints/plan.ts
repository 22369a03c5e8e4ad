import type {
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  Pod,
  Service,
} from '../../api/schema/generated/types/core-v1.ts';
import { familyOf } from '../../base/ip.ts';
import { hostnameIn, podAddresses, targetPortOf } from '../endpoint-slice/pods.ts';
import { isReady, isTerminal } from '../shared/pods.ts';

/** Endpoints objects do not scale; beyond this many addresses they are cut, and say so. */
export const maxAddresses = 1_000;

interface Subset {
  readonly ports: readonly EndpointPort[];
  readonly addresses: EndpointAddress[];
  readonly notReadyAddresses: EndpointAddress[];
}

/** The subsets of a service's Endpoints: one for each set of port numbers, everything in a fixed order. */
export function subsetsOf(
  service: Service,
  pods: readonly Pod[],
): { readonly subsets: readonly EndpointSubset[]; readonly isTruncated: boolean } {
  const family = service.spec?.ipFamilies?.[0] ?? familyOf(service.spec?.clusterIP ?? '');
  const tolerateUnready = service.spec?.publishNotReadyAddresses === true;
  const subsets = new Map<string, Subset>();
  for (const pod of pods) {
    if (isTerminal(pod) || (pod.metadata.deletionTimestamp && !tolerateUnready)) continue;
    const ip = podAddresses(pod).find((address) => familyOf(address) === family);
    if (!ip) continue;
    const ports = portsOf(service, pod);
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) continue;
    const key = JSON.stringify(ports);
    let subset = subsets.get(key);
    if (!subset) {
      subset = { ports, addresses: [], notReadyAddresses: [] };
      subsets.set(key, subset);
    }
    const list = tolerateUnready || isReady(pod) ? subset.addresses : subset.notReadyAddresses;
    list.push(addressOf(service, pod, ip));
  }
  return cut([...subsets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, subset]) => subset));
}

function portsOf(service: Service, pod: Pod): readonly EndpointPort[] {
  const ports = (service.spec?.ports ?? []).flatMap((port) => {
    const number = targetPortOf(pod, port);
    if (number === undefined) return [];
    const { name, protocol = 'TCP', appProtocol } = port;
    return [{ ...(name && { name }), port: number, protocol, ...(appProtocol !== undefined && { appProtocol }) }];
  });
  return ports.sort((a, b) => (a.name ?? '').localeCompare(b.name ?? '') || a.port - b.port);
}

function addressOf(service: Service, pod: Pod, ip: string): EndpointAddress {
  const hostname = hostnameIn(service, pod);
  const { name, namespace, uid } = pod.metadata;
  return {
    ip,
    ...(hostname && { hostname }),
    ...(pod.spec?.nodeName && { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', ...(namespace && { namespace }), ...(name && { name }), ...(uid && { uid }) },
  };
}

/** Ready addresses go first when there are too many. */
function cut(subsets: readonly Subset[]): { subsets: readonly EndpointSubset[]; isTruncated: boolean } {
  let room = maxAddresses;
  let isTruncated = false;
  const take = (addresses: readonly EndpointAddress[]) => {
    const kept = [...addresses].sort(byAddress).slice(0, room);
    room -= kept.length;
    isTruncated ||= kept.length < addresses.length;
    return kept;
  };
  const ready = subsets.map((subset) => take(subset.addresses));
  const notReady = subsets.map((subset) => take(subset.notReadyAddresses));
  const result = subsets.map(({ ports }, at) => ({
    ...(ready[at]?.length && { addresses: ready[at] }),
    ...(notReady[at]?.length && { notReadyAddresses: notReady[at] }),
    ...(ports.length > 0 && { ports }),
  }));
  return { subsets: result.filter((subset) => subset.addresses || subset.notReadyAddresses), isTruncated };
}

function byAddress(a: EndpointAddress, b: EndpointAddress): number {
  return a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0;
}
