import type { Node, Pod, Service } from '../../api/schema/generated/types/core-v1.ts';
import type { Endpoint, EndpointPort } from '../../api/schema/generated/types/discovery-v1.ts';
import { familyOf } from '../../base/ip.ts';
import { isReady, isTerminal } from '../shared/pods.ts';
import type { AddressType, EndpointGroup } from './plan.ts';

const zoneLabel = 'topology.kubernetes.io/zone';

/** Whether a service's endpoints are made from pods at all. */
export function selectsPods({ spec }: Service): boolean {
  return spec?.type !== 'ExternalName' && Object.keys(spec?.selector ?? {}).length > 0;
}

export function isHeadless({ spec }: Service): boolean {
  return !spec?.clusterIP || spec.clusterIP === 'None';
}

export function podAddresses({ status }: Pod): readonly string[] {
  const addresses = (status?.podIPs ?? []).map(({ ip }) => ip);
  if (addresses.length > 0) return addresses;
  return status?.podIP ? [status.podIP] : [];
}

function familiesOf({ spec }: Service): readonly AddressType[] {
  if (spec?.ipFamilies && spec.ipFamilies.length > 0) return spec.ipFamilies as readonly AddressType[];
  return [spec?.clusterIP && spec.clusterIP !== 'None' ? familyOf(spec.clusterIP) : 'IPv4'];
}

/** The name that DNS gives the pod below the (headless) service, if any. */
export function hostnameIn(service: Service, { spec }: Pod): string | undefined {
  return spec?.hostname && spec.subdomain === service.metadata.name ? spec.hostname : undefined;
}

/** The number that a service's port has at this pod; undefined when the pod has no port of that name. */
export function targetPortOf(
  pod: Pod,
  port: NonNullable<NonNullable<Service['spec']>['ports']>[number],
): number | undefined {
  const target = port.targetPort || port.port;
  if (typeof target === 'number') return target;
  const restartable = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  for (const container of [...(pod.spec?.containers ?? []), ...restartable])
    for (const { name, containerPort, protocol } of container.ports ?? [])
      if (name === target && (protocol ?? 'TCP') === (port.protocol ?? 'TCP')) return containerPort;
  return undefined;
}

/** The endpoints of a service: one group for each address family and each set of port numbers that pods have. */
export function groupsOf(
  service: Service,
  pods: readonly Pod[],
  nodeOf: (name: string) => Node | undefined,
): readonly EndpointGroup[] {
  const groups = new Map<string, { addressType: AddressType; ports: readonly EndpointPort[]; endpoints: Endpoint[] }>();
  const families = familiesOf(service);
  for (const pod of pods) {
    if (isTerminal(pod)) continue;
    const ports = portsOf(service, pod);
    for (const addressType of families) {
      const address = podAddresses(pod).find((candidate) => familyOf(candidate) === addressType);
      if (!address) continue;
      const key = `${addressType}|${JSON.stringify(ports)}`;
      let group = groups.get(key);
      if (!group) {
        group = { addressType, ports, endpoints: [] };
        groups.set(key, group);
      }
      group.endpoints.push(endpointOf(service, pod, { address, node: nodeOf(pod.spec?.nodeName ?? '') }));
    }
  }
  const missing = families.filter((family) => ![...groups.values()].some(({ addressType }) => addressType === family));
  return [...groups.values(), ...missing.map((addressType) => ({ addressType, ports: [], endpoints: [] }))];
}

function portsOf({ spec }: Service, pod: Pod): readonly EndpointPort[] {
  return (spec?.ports ?? []).flatMap((port) => {
    const number = targetPortOf(pod, port);
    if (number === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = port;
    return [{ name, port: number, protocol, ...(appProtocol !== undefined && { appProtocol }) }];
  });
}

function endpointOf(
  service: Service,
  pod: Pod,
  at: { readonly address: string; readonly node: Node | undefined },
): Endpoint {
  const serving = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const hostname = hostnameIn(service, pod);
  const zone = at.node?.metadata.labels?.[zoneLabel];
  const { name, namespace, uid } = pod.metadata;
  const hints = ready ? hintsOf(service, zone, pod.spec?.nodeName) : undefined;
  return {
    addresses: [at.address],
    conditions: { ready, serving, terminating },
    ...(hostname && { hostname }),
    ...(pod.spec?.nodeName && { nodeName: pod.spec.nodeName }),
    ...(zone && { zone }),
    targetRef: { kind: 'Pod', ...(namespace && { namespace }), ...(name && { name }), ...(uid && { uid }) },
    ...(hints && { hints }),
  };
}

/** Who should rather use this endpoint, when the service prefers traffic to stay close. */
function hintsOf({ spec }: Service, zone: string | undefined, node: string | undefined): Endpoint['hints'] {
  const forZones = zone ? { forZones: [{ name: zone }] } : undefined;
  switch (spec?.trafficDistribution) {
    case 'PreferClose':
    case 'PreferSameZone':
      return forZones;
    case 'PreferSameNode':
      return node ? { ...forZones, forNodes: [{ name: node }] } : forZones;
    default:
      return undefined;
  }
}
