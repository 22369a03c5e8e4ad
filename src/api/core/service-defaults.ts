import { fill } from '../fill.ts';
import type { Draft } from '../object.ts';
import type { Service, ServiceSpec } from '../schema/generated/types/core-v1.ts';

const threeHoursSeconds = 10_800;

export function defaultService(service: Draft<Service>): void {
  const { spec } = service;
  if (!spec) return;
  // A write of the status alone brings no spec; only load balancers keep what is in it.
  const isStatusAlone = Object.keys(spec).length === 0;
  fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  defaultAffinity(spec);
  for (const port of spec.ports ?? []) {
    fill(port, { protocol: 'TCP' });
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
  }
  if (isExternallyAccessible(spec)) fill(spec, { externalTrafficPolicy: 'Cluster' });
  if (spec.type !== 'ExternalName') fill(spec, { internalTrafficPolicy: 'Cluster' });
  if (spec.type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true });
  if (spec.type === 'LoadBalancer' || isStatusAlone)
    for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip) fill(ingress, { ipMode: 'VIP' });
}

function defaultAffinity(spec: Draft<ServiceSpec>): void {
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity !== 'ClientIP') return;
  const timeoutSeconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? threeHoursSeconds;
  spec.sessionAffinityConfig = { clientIP: { timeoutSeconds } };
}

function isExternallyAccessible({ type, externalIPs }: Draft<ServiceSpec>): boolean {
  if (type === 'LoadBalancer' || type === 'NodePort') return true;
  return type === 'ClusterIP' && (externalIPs?.length ?? 0) > 0;
}
