import type { Node, Taint } from '../../schema/generated/types/core-v1.ts';
import { cidr, type Errors, each, isCidr, quantity } from '../common.ts';
import { asGoStruct, duplicate, forbidden, invalidFormat, invalidValue, required } from '../field-error.ts';
import { isLabelValue, isQualifiedName } from '../format.ts';
import { taintEffect } from './pod/scheduling.ts';

export function validateNode({ spec, status }: Node): Errors {
  return [
    ...validateTaints(spec?.taints, 'metadata.taints'), // Upstream's path.
    ...validateResources(status),
    ...validatePodCidrs(spec?.podCIDRs ?? [], 'spec.podCIDRs'),
  ];
}

function validateTaints(taints: readonly Taint[] | undefined, path: string): Errors {
  const seen = new Set<string>();
  return each(taints, path, ({ key = '', value = '', effect }, here) => {
    const errors = invalidFormat(`${here}.key`, key, isQualifiedName(key));
    const complaints = isLabelValue(value);
    if (complaints.length > 0) errors.push(invalidValue(`${here}.value`, value, complaints.join(';')));
    errors.push(...(effect ? taintEffect(effect, `${here}.effect`) : [required(`${here}.effect`)]));
    const pair = `${key}:${effect}`;
    if (seen.has(pair)) {
      const shown = asGoStruct({ key, value, effect }, { Key: '', Value: '', Effect: '', TimeAdded: null });
      errors.push(duplicate(here, shown, 'taints must be unique by key and effect pair'));
    }
    seen.add(pair);
    return errors;
  });
}

function validateResources(status: Node['status']): Errors {
  return (['capacity', 'allocatable'] as const).flatMap((list) =>
    Object.entries(status?.[list] ?? {}).flatMap(([name, amount]) => quantity(amount, `status.${list}.${name}`)),
  );
}

function validatePodCidrs(cidrs: readonly string[], path: string): Errors {
  const errors = each(cidrs, path, cidr);
  if (cidrs.length < 2 || errors.length > 0) return errors;
  const families = new Set(cidrs.filter(isCidr).map((text) => text.includes(':')));
  return cidrs.length > 2 || families.size < 2
    ? [invalidValue(path, cidrs, 'may specify no more than one CIDR for each IP family')]
    : errors;
}

/** Addresses and provider of a node are given once. */
export function validateNodeUpdate({ spec, status }: Node, old: Node): Errors {
  const before = old.spec ?? {};
  const seen = new Set<string>();
  const errors: Errors = each(status?.addresses, 'status.addresses', (address, path) => {
    const key = `${address.type}/${address.address}`;
    if (seen.has(key)) return [duplicate(path, asGoStruct(address, { Type: '', Address: '' }))];
    seen.add(key);
    return [];
  });
  const hadCidrs = (before.podCIDRs ?? []).length > 0;
  if (hadCidrs && (spec?.podCIDRs ?? []).join() !== (before.podCIDRs ?? []).join())
    errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  if (before.providerID && spec?.providerID !== before.providerID)
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  return errors;
}

/** A status: what a node has, and where it is reached. */
export function validateNodeStatus(node: Node, old: Node): Errors {
  return [...validateResources(node.status), ...validateNodeUpdate(node, old)];
}
