import type { MatchCondition, MatchResources } from '../../schema/generated/types/admissionregistration-v1.ts';
import { type Errors, each, requiredFormat, requiredOneOf } from '../common.ts';
import { duplicate, required, tooMany } from '../field-error.ts';
import { isQualifiedName } from '../format.ts';
import { validateLabelSelector } from '../label-selector.ts';
import { validateNamedRule } from './rules.ts';

const maxConditions = 64;

/** Which objects a policy or its binding is about, after defaulting. */
export function validateMatchResources(match: MatchResources | undefined, path: string): Errors {
  if (!match) return [];
  const { namespaceSelector, objectSelector } = match;
  return [
    ...requiredOneOf(match.matchPolicy, `${path}.matchPolicy`, ['Equivalent', 'Exact']),
    ...(namespaceSelector
      ? validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`)
      : [required(`${path}.namespaceSelector`)]),
    // Upstream's name for it.
    ...(objectSelector
      ? validateLabelSelector(objectSelector, `${path}.labelSelector`)
      : [required(`${path}.labelSelector`)]),
    ...each(match.resourceRules, `${path}.resourceRules`, validateNamedRule),
    ...each(match.excludeResourceRules, `${path}.excludeResourceRules`, validateNamedRule),
  ];
}

/** Conditions by name. That their expressions compile is seen where there is an engine for it. */
export function validateMatchConditions(conditions: readonly MatchCondition[] | undefined, path: string): Errors {
  const count = conditions?.length ?? 0;
  const names = new Set<string>();
  return [
    ...(count > maxConditions ? [tooMany(path, count, maxConditions)] : []),
    ...each(conditions, path, ({ name, expression }, here) => {
      const errors: Errors = expression?.trim() ? [] : [required(`${here}.expression`)];
      errors.push(...requiredFormat(name, `${here}.name`, isQualifiedName));
      if (name && names.has(name)) errors.push(duplicate(`${here}.name`, name));
      names.add(name);
      return errors;
    }),
  ];
}
