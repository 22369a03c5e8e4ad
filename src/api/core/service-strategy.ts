import type { Draft } from '../object.ts';
import type { Service, ServiceSpec } from '../schema/generated/types/core-v1.ts';
import { mayHaveNodePorts, needsClusterIp, needsHealthCheckPort } from './service-needs.ts';

export function prepareNewService(service: Draft<Service>): void {
  service.status = { loadBalancer: {} };
  if (service.spec) alignClusterIps(service.spec, undefined);
}

export function prepareServiceUpdate({ spec }: Draft<Service>, { spec: old }: Service): void {
  if (!spec || !old) return;
  alignClusterIps(spec, old);
  keepAllocated(spec, old);
  dropUnneeded(spec, old);
}

/** `clusterIP` is the first of `clusterIPs`; who sets only the old field means both. */
function alignClusterIps(spec: Draft<ServiceSpec>, old: ServiceSpec | undefined): void {
  if (!old) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  const listIsSame = sameList(spec.clusterIPs, old.clusterIPs);
  if (!spec.clusterIP && old.clusterIP && listIsSame) delete spec.clusterIPs;
  else if (spec.clusterIP && spec.clusterIP !== old.clusterIP && listIsSame) spec.clusterIPs = [spec.clusterIP];
}

/** Clients that write an old manifest again do not lose what the server gave: addresses and node ports. */
function keepAllocated(spec: Draft<ServiceSpec>, old: ServiceSpec): void {
  if (needsClusterIp(spec) && needsClusterIp(old)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP;
    if (!spec.clusterIPs?.length && spec.clusterIP === old.clusterIP && old.clusterIPs)
      spec.clusterIPs = [...old.clusterIPs];
  }
  if (mayHaveNodePorts(spec) && mayHaveNodePorts(old)) keepNodePorts(spec, old);
  if (needsHealthCheckPort(spec) && needsHealthCheckPort(old) && !spec.healthCheckNodePort && old.healthCheckNodePort) {
    spec.healthCheckNodePort = old.healthCheckNodePort;
  }
}

function keepNodePorts(spec: Draft<ServiceSpec>, old: ServiceSpec): void {
  const used = new Set((spec.ports ?? []).map(({ protocol, nodePort }) => `${protocol}/${nodePort ?? 0}`));
  for (const port of spec.ports ?? []) {
    if (port.nodePort) continue;
    const before = old.ports?.find(({ protocol, port: number }) => protocol === port.protocol && number === port.port);
    if (!before?.nodePort || used.has(`${before.protocol}/${before.nodePort}`)) continue;
    port.nodePort = before.nodePort;
    used.add(`${before.protocol}/${before.nodePort}`);
  }
}

/** Who changes the type and leaves a field as it was, that the new type has no use for, does not mean to set it. */
function dropUnneeded(spec: Draft<ServiceSpec>, old: ServiceSpec): void {
  if (needsClusterIp(old) && !needsClusterIp(spec)) {
    if (spec.clusterIP === old.clusterIP && sameList(spec.clusterIPs, old.clusterIPs)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (sameList(spec.ipFamilies, old.ipFamilies)) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === old.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  if (mayHaveNodePorts(old) && !mayHaveNodePorts(spec)) {
    const before = new Set(old.ports?.map(({ nodePort }) => nodePort));
    for (const port of spec.ports ?? []) if (before.has(port.nodePort)) delete port.nodePort;
  }
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(spec)) dropSame(spec, old, 'healthCheckNodePort');
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    dropSame(spec, old, 'allocateLoadBalancerNodePorts');
    dropSame(spec, old, 'loadBalancerClass');
  }
  if (mayHaveNodePorts(old) && !mayHaveNodePorts(spec) && !spec.externalIPs?.length)
    dropSame(spec, old, 'externalTrafficPolicy');
  if (old.type !== 'ExternalName' && spec.type === 'ExternalName') dropSame(spec, old, 'internalTrafficPolicy');
}

type Droppable =
  | 'healthCheckNodePort'
  | 'allocateLoadBalancerNodePorts'
  | 'loadBalancerClass'
  | 'externalTrafficPolicy'
  | 'internalTrafficPolicy';

function dropSame(spec: Draft<ServiceSpec>, old: ServiceSpec, field: Droppable): void {
  if (spec[field] === old[field]) delete spec[field];
}

function sameList(left: readonly string[] | undefined, right: readonly string[] | undefined): boolean {
  return (left ?? []).join() === (right ?? []).join();
}
