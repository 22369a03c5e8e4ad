import { type QuotaUsage, usageText } from '../../../api/core/quota-usage.ts';
import { parseQuantity, type Quantity } from '../../../api/quantity/quantity.ts';

/** `exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2`, of the resources that are exceeded. */
export function exceededText(
  quota: string,
  exceeded: readonly (readonly [string, Quantity])[],
  { used, hard }: { readonly used: QuotaUsage; readonly hard: Readonly<Record<string, string>> },
): string {
  const zero = parseQuantity('0');
  const usedText = usageText(new Map(exceeded.map(([name]) => [name, used.get(name) ?? zero])));
  const hardText = usageText(new Map(exceeded.map(([name]) => [name, parseQuantity(hard[name] ?? '0')])));
  return `exceeded quota: ${quota}, requested: ${usageText(new Map(exceeded))}, used: ${usedText}, limited: ${hardText}`;
}
