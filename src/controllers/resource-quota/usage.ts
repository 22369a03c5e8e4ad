import { addUsage, inQuotaScopes, quotaUsage } from '../../api/core/quota-usage.ts';
import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import { formatQuantity, type Quantity } from '../../api/quantity/quantity.ts';
import type { ResourceQuota } from '../../api/schema/generated/types/core-v1.ts';

/** The objects of one kind in the quota's namespace. */
export interface Holding {
  readonly kind: Pick<Kind, 'group' | 'plural'>;
  readonly objects: readonly KubeObject[];
}

/** How much of each resource in the quota's `hard` is in use. Resources of kinds that are not there are left out. */
export function usageOf(quota: ResourceQuota, holdings: readonly Holding[]): Readonly<Record<string, string>> {
  const total = new Map<string, Quantity>();
  const known = new Set<string>();
  for (const { kind, objects } of holdings) {
    known.add(`count/${kind.group ? `${kind.plural}.${kind.group}` : kind.plural}`);
    for (const object of objects) if (inQuotaScopes(quota, kind, object)) addUsage(total, quotaUsage(kind, object));
  }
  const used: Record<string, string> = {};
  for (const name of Object.keys(quota.spec?.hard ?? {})) {
    const amount = total.get(name);
    if (amount) used[name] = formatQuantity(amount);
    else if (!name.startsWith('count/') || known.has(name)) used[name] = '0';
  }
  return used;
}
