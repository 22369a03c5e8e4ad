import { compareQuantities } from '../../quantity/quantity.ts';
import type { LimitRange, LimitRangeItem } from '../../schema/generated/types/core-v1.ts';
import { type Errors, each, quantity, type Texts } from '../common.ts';
import { duplicate, forbidden, invalidFormat, invalidValue, required } from '../field-error.ts';
import { isQualifiedName } from '../format.ts';

const bounds = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

export function validateLimitRange({ spec }: LimitRange): Errors {
  const types = new Set<string>();
  return each(spec?.limits, 'spec.limits', (item, here) => {
    const errors: Errors = item.type
      ? invalidFormat(`${here}.type`, item.type, isQualifiedName(item.type))
      : [required(`${here}.type`)];
    if (types.has(item.type)) errors.push(duplicate(`${here}.type`, item.type));
    types.add(item.type);
    return [...errors, ...validateItem(item, here)];
  });
}

function validateItem(item: LimitRangeItem, path: string): Errors {
  const errors: Errors = [];
  const names = new Set<string>();
  for (const bound of bounds)
    for (const [name, value] of Object.entries(item[bound] ?? {})) {
      names.add(name);
      errors.push(...quantity(value, `${path}.${bound}[${name}]`));
    }
  if (errors.length > 0) return errors;
  if (item.type === 'Pod')
    for (const bound of ['default', 'defaultRequest'] as const)
      if (Object.keys(item[bound] ?? {}).length > 0)
        errors.push(forbidden(`${path}.${bound}`, "may not be specified when `type` is 'Pod'"));
  if (item.type === 'PersistentVolumeClaim' && !item.min?.['storage'] && !item.max?.['storage'])
    errors.push(
      required(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided'),
    );
  for (const name of names) errors.push(...validateOrder(item, name, path));
  return errors;
}

/** min ≤ defaultRequest ≤ default ≤ max, as far as they are given. */
function validateOrder(item: LimitRangeItem, name: string, path: string): Errors {
  const value = (bound: (typeof bounds)[number]) => {
    const texts = item[bound] as Texts | undefined;
    return texts && Object.hasOwn(texts, name) ? texts[name] : undefined;
  };
  const errors: Errors = [];
  const compare = (
    left: 'min' | 'defaultRequest' | 'default',
    right: 'defaultRequest' | 'default' | 'max',
    words: string,
  ) => {
    const [low, high] = [value(left), value(right)];
    if (low !== undefined && high !== undefined && compareQuantities(low, high) > 0)
      errors.push(
        invalidValue(`${path}.${left}[${name}]`, low, `${words} ${low} is greater than ${rightWords[right]} ${high}`),
      );
  };
  compare('min', 'max', 'min value');
  compare('min', 'defaultRequest', 'min value');
  compare('min', 'default', 'min value');
  compare('defaultRequest', 'max', 'default request value');
  compare('defaultRequest', 'default', 'default request value');
  compare('default', 'max', 'default value');
  const ratio = value('maxLimitRequestRatio');
  if (ratio !== undefined && compareQuantities(ratio, '1') < 0)
    errors.push(invalidValue(`${path}.maxLimitRequestRatio[${name}]`, ratio, `ratio ${ratio} is less than 1`));
  return errors;
}

const rightWords = { defaultRequest: 'default request value', default: 'default value', max: 'max value' } as const;
