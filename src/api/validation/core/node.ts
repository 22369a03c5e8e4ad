import type { Node } from '../../schema/generated/types/core-v1.ts';
import { cidr, type Errors, each, requiredFormat } from '../common.ts';
import { duplicate, forbidden, invalidFormat } from '../field-error.ts';
import { isLabelValue, isQualifiedName } from '../format.ts';
import { taintEffect } from './pod/scheduling.ts';

export function validateNode({ spec }: Node): Errors {
  const seen = new Set<string>();
  return [
    ...each(spec?.taints, 'spec.taints', ({ key, value = '', effect }, here) => {
      const errors = [
        ...requiredFormat(key, `${here}.key`, isQualifiedName),
        ...invalidFormat(`${here}.value`, value, isLabelValue(value)),
        ...taintEffect(effect, `${here}.effect`),
      ];
      const pair = `${key}:${effect}`;
      if (seen.has(pair)) errors.push(duplicate(here, { key, value, effect }));
      seen.add(pair);
      return errors;
    }),
    ...each(spec?.podCIDRs, 'spec.podCIDRs', cidr),
  ];
}

/** Addresses and provider of a node are given once. */
export function validateNodeUpdate({ spec }: Node, old: Node): Errors {
  const before = old.spec ?? {};
  const errors: Errors = [];
  const hadCidrs = (before.podCIDRs ?? []).length > 0;
  if (hadCidrs && (spec?.podCIDRs ?? []).join() !== (before.podCIDRs ?? []).join())
    errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  if (before.providerID && spec?.providerID !== before.providerID)
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  return errors;
}
