import type { FieldError } from '../status.ts';
import { invalidFormat, invalidValue, notSupported } from '../validation/field-error.ts';
import { isLabelValue, isQualifiedName } from '../validation/format.ts';

/** Operators as they are written in a selector's text; `exists` and `!` have no value. */
export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** One term of a label selector. `values` are sorted and without duplicates. */
export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

/** The text that stands for a missing path in upstream's messages. */
const noPath = '<nil>';

export function labelKeyErrors(key: string, field = noPath): FieldError[] {
  const complaints = isQualifiedName(key);
  return complaints.length === 0 ? [] : [invalidValue(field, key, complaints.join('; '))];
}

const operatorNames: readonly string[] = ['!', '!=', '=', '==', 'exists', 'gt', 'in', 'lt', 'notin'];
const integer = /^[+-]?[0-9]+$/;

/** What is wrong with a requirement, worded as upstream. */
export function requirementErrors({ key, operator, values }: Requirement): FieldError[] {
  const errors = labelKeyErrors(key, 'key');
  switch (operator) {
    case 'in':
    case 'notin':
      if (values.length === 0)
        errors.push(invalidValue('values', values, "for 'in', 'notin' operators, values set can't be empty"));
      break;
    case '=':
    case '==':
    case '!=':
      if (values.length !== 1)
        errors.push(invalidValue('values', values, 'exact-match compatibility requires one single value'));
      break;
    case 'exists':
    case '!':
      if (values.length !== 0)
        errors.push(invalidValue('values', values, 'values set must be empty for exists and does not exist'));
      break;
    case 'gt':
    case 'lt':
      if (values.length !== 1)
        errors.push(invalidValue('values', values, "for 'Gt', 'Lt' operators, exactly one value is required"));
      values.forEach((value, at) => {
        if (!integer.test(value))
          errors.push(invalidValue(`values[${at}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
      });
      break;
    default:
      errors.push(notSupported('operator', operator satisfies never, operatorNames));
  }
  values.forEach((value, at) => {
    const complaints = isLabelValue(value);
    if (complaints.length > 0) errors.push(...invalidFormat(`values[${at}][${key}]`, value, [complaints.join('; ')]));
  });
  return errors;
}

/** One function for one requirement; built once, called for every object. */
export function compileRequirement({ key, operator, values }: Requirement): (labels: Labels) => boolean {
  const [value = ''] = values;
  const find = (labels: Labels): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  switch (operator) {
    case '=':
    case '==':
      return (labels) => find(labels) === value;
    case '!=':
      return (labels) => find(labels) !== value;
    case 'exists':
      return (labels) => find(labels) !== undefined;
    case '!':
      return (labels) => find(labels) === undefined;
    case 'in':
    case 'notin': {
      const wanted = operator === 'in';
      const set = new Set(values);
      return (labels) => {
        const found = find(labels);
        return (found !== undefined && set.has(found)) === wanted;
      };
    }
    case 'gt':
    case 'lt': {
      const bound = BigInt(value);
      return (labels) => {
        const found = find(labels);
        if (found === undefined || !integer.test(found)) return false;
        return operator === 'gt' ? BigInt(found) > bound : BigInt(found) < bound;
      };
    }
  }
}

/** A requirement as text, as upstream writes it. */
export function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
      return `${key}>${values.join(',')}`;
    case 'lt':
      return `${key}<${values.join(',')}`;
    default:
      return `${key}${operator}${values.join(',')}`;
  }
}
