import type { LabelSelector, LabelSelectorRequirement } from '../schema/generated/types/meta-v1.ts';
import type { FieldError } from '../status.ts';
import { forbidden, invalidFormat, invalidValue, required } from './field-error.ts';
import { isLabelValue, isQualifiedName } from './format.ts';
import { validateLabels } from './object-meta.ts';

/** Checks a `metav1.LabelSelector`, with upstream's messages. */
export function validateLabelSelector(selector: LabelSelector | undefined, path: string): FieldError[] {
  if (!selector) return [];
  const errors = validateLabels(selector.matchLabels, `${path}.matchLabels`);
  selector.matchExpressions?.forEach((expression, at) => {
    errors.push(...validateRequirement(expression, `${path}.matchExpressions[${at}]`));
  });
  return errors;
}

function validateRequirement({ key, operator, values = [] }: LabelSelectorRequirement, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0)
      errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      errors.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else errors.push(invalidValue(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  errors.push(...invalidFormat(`${path}.key`, key ?? '', isQualifiedName(key ?? '')));
  values.forEach((value, at) => {
    errors.push(...invalidFormat(`${path}.values[${at}]`, value, isLabelValue(value)));
  });
  return errors;
}
