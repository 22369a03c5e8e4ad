import { parseQuantity } from '../../quantity/quantity.ts';
import type { PersistentVolumeClaimSpec } from '../../schema/generated/types/core-v1.ts';
import { quantity } from '../common.ts';
import { quote } from '../field-error.ts';

type Amounts = Readonly<Record<string, string>> | undefined;

/** Bytes cannot be halved. */
export function fractionalBytes(amounts: Amounts, path: string, names: readonly string[]): string[] {
  if (!amounts) return [];
  return names.flatMap((name) => {
    const amount = amounts[name];
    if (amount === undefined || quantity(amount, '').length > 0) return [];
    if (parseQuantity(amount).nano % 1_000_000_000n === 0n) return [];
    return [`${path}[${name}]: fractional byte value ${quote(String(amount))} is invalid, must be an integer`];
  });
}

export function claimSpecWarnings(spec: PersistentVolumeClaimSpec | undefined, path: string): string[] {
  return [
    ...fractionalBytes(spec?.resources?.requests, `${path}.resources.requests`, ['storage']),
    ...fractionalBytes(spec?.resources?.limits, `${path}.resources.limits`, ['storage']),
  ];
}
