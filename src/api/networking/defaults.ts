import { fill } from '../fill.ts';
import type { Draft } from '../object.ts';
import type { IngressClass, NetworkPolicy } from '../schema/generated/types/networking-v1.ts';

/** A policy is about ingress always, and about egress where it has rules for it. */
export function defaultNetworkPolicy({ spec }: Draft<NetworkPolicy>): void {
  if (!spec) return;
  for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of ports ?? []) fill(port, { protocol: 'TCP' });
  }
  if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
}

export function defaultIngressClass({ spec }: Draft<IngressClass>): void {
  if (spec?.parameters) fill(spec.parameters, { scope: 'Cluster' });
}
