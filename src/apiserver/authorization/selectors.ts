import type { ResourceAttributes } from '../../api/schema/generated/types/authorization-v1.ts';
import { escapeValue, parseFieldSelector } from '../../api/selectors/field-selector.ts';
import { parseLabelSelector } from '../../api/selectors/label-selector.ts';
import { SelectorError } from '../../api/selectors/label-text.ts';
import type { Attributes } from '../contract.ts';

type Resource = NonNullable<Attributes['resource']>;
type FieldSelector = NonNullable<ResourceAttributes['fieldSelector']>;
type LabelSelector = NonNullable<ResourceAttributes['labelSelector']>;

/** The selectors of a review as texts. What cannot be read narrows nothing: it is left out (KEP-4601). */
export function selectorTexts(asked: ResourceAttributes): Pick<Resource, 'fieldSelector' | 'labelSelector'> {
  const fieldSelector = asked.fieldSelector && fieldText(asked.fieldSelector);
  const labelSelector = asked.labelSelector && labelText(asked.labelSelector);
  return { ...(fieldSelector && { fieldSelector }), ...(labelSelector && { labelSelector }) };
}

function fieldText({ rawSelector, requirements = [] }: FieldSelector): string {
  if (rawSelector) return rawSelector;
  return requirements
    .flatMap(({ key, operator, values = [] }) => {
      const [value = '', ...more] = values;
      if (more.length > 0 || (operator !== 'In' && operator !== 'NotIn')) return [];
      return [`${key}${operator === 'In' ? '=' : '!='}${escapeValue(value)}`];
    })
    .join(',');
}

function labelText({ rawSelector, requirements = [] }: LabelSelector): string {
  if (rawSelector) return rawSelector;
  return requirements
    .flatMap(({ key, operator, values = [] }) => {
      if (operator === 'Exists') return [key];
      if (operator === 'DoesNotExist') return [`!${key}`];
      const word = operator === 'In' ? 'in' : operator === 'NotIn' ? 'notin' : undefined;
      return word ? [`${key} ${word} (${values.join(',')})`] : [];
    })
    .join(',');
}

/** The selectors of a request as a review has them. */
export function selectorAttributes(resource: Resource): Pick<ResourceAttributes, 'fieldSelector' | 'labelSelector'> {
  const fields = readable(resource.fieldSelector, (text) =>
    parseFieldSelector(text).requirements.map(({ field, operator, value }) => ({
      key: field,
      operator: operator === '=' ? 'In' : 'NotIn',
      values: [value],
    })),
  );
  const labels = readable(resource.labelSelector, (text) =>
    parseLabelSelector(text).requirements.flatMap(({ key, operator, values }) => {
      const name = labelOperators[operator];
      return name ? [{ key, operator: name, ...(values.length > 0 && { values }) }] : [];
    }),
  );
  return {
    ...(fields && { fieldSelector: { requirements: fields } }),
    ...(labels && { labelSelector: { requirements: labels } }),
  };
}

/** `gt` and `lt` have no form in a review. */
const labelOperators: Readonly<Record<string, string>> = {
  '=': 'In',
  '==': 'In',
  in: 'In',
  '!=': 'NotIn',
  notin: 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
};

function readable<T>(text: string | undefined, parse: (text: string) => readonly T[]): readonly T[] | undefined {
  if (!text) return undefined;
  try {
    const requirements = parse(text);
    return requirements.length > 0 ? requirements : undefined;
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}
