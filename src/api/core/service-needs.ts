import type { ServiceSpec } from '../schema/generated/types/core-v1.ts';

/** What a service of this shape gets from the server, and what it has no use for. */
type Shape = Pick<ServiceSpec, 'clusterIP' | 'externalTrafficPolicy' | 'type'>;

export function needsClusterIp({ type }: Shape): boolean {
  return type !== 'ExternalName';
}

export function isHeadless({ clusterIP }: Shape): boolean {
  return clusterIP === 'None';
}

export function mayHaveNodePorts({ type }: Shape): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

/** Node ports that are given without being asked for. */
export function needsNodePorts(spec: Pick<ServiceSpec, 'allocateLoadBalancerNodePorts' | 'type'>): boolean {
  return mayHaveNodePorts(spec) && (spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false);
}

export function needsHealthCheckPort({ type, externalTrafficPolicy }: Shape): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}
