import type { Draft } from '../object.ts';
import type { NodeSpec, PodStatus } from '../schema/generated/types/core-v1.ts';

/**
 * Fields that were single before there were two address families: the old field is the first of the new list. Clients
 * may know only one of them; where they differ, the old one is right and the list is what an old client left behind.
 */
export function mirrorPodIps(status: Draft<PodStatus> | undefined): void {
  if (!status) return;
  if (status.podIP && status.podIP !== status.podIPs?.[0]?.ip) status.podIPs = [{ ip: status.podIP }];
  const first = status.podIPs?.[0]?.ip;
  if (first) status.podIP = first;
}

export function mirrorPodCidrs(spec: Draft<NodeSpec> | undefined): void {
  if (!spec) return;
  if (spec.podCIDR && spec.podCIDR !== spec.podCIDRs?.[0]) spec.podCIDRs = [spec.podCIDR];
  const first = spec.podCIDRs?.[0];
  if (first) spec.podCIDR = first;
}
