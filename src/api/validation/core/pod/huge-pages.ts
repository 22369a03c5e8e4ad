import { parseQuantity, QuantityError } from '../../../quantity/quantity.ts';
import type { Errors, Texts } from '../../common.ts';
import { forbidden, invalidValue } from '../../field-error.ts';

export const hugePages = 'hugepages-';

/** Huge pages come whole, and only beside cpu or memory. */
export function validateHugePages(limits: Texts, requests: Texts, path: string): Errors {
  const errors: Errors = [];
  let isUsed = false;
  for (const [list, amounts] of Object.entries({ limits, requests }))
    for (const name in amounts) {
      if (!name.startsWith(hugePages)) continue;
      isUsed = true;
      const amount = amounts[name] ?? '';
      if (!isMultiple(amount, name.slice(hugePages.length)))
        errors.push(
          invalidValue(`${path}.${list}[${name}]`, amount, `${amount} is not positive integer multiple of ${name}`),
        );
    }
  const others = [limits, requests].some(({ cpu, memory }) => cpu !== undefined || memory !== undefined);
  if (isUsed && !others) errors.push(forbidden(path, 'HugePages require cpu or memory'));
  return errors;
}

/** What cannot be read is no multiple of anything. */
function isMultiple(amount: string, pageSize: string): boolean {
  try {
    const size = parseQuantity(pageSize).nano;
    return size > 0n && parseQuantity(amount).nano % size === 0n;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}
