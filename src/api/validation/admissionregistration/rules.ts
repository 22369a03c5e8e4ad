import type {
  NamedRuleWithOperations,
  RuleWithOperations,
} from '../../schema/generated/types/admissionregistration-v1.ts';
import { type Errors, oneOf } from '../common.ts';
import { duplicate, invalidFormat, invalidValue, notSupported, required } from '../field-error.ts';
import { isPathSegmentName } from '../format.ts';

/** Which requests webhooks and policies are about. */

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

export function validateRule(rule: RuleWithOperations, path: string): Errors {
  const { operations: verbs = [], apiGroups = [], apiVersions = [], resources = [] } = rule;
  const errors = alone(verbs, `${path}.operations`, 'operations');
  verbs.forEach((verb, at) => {
    if (!operations.includes(verb)) errors.push(notSupported(`${path}.operations[${at}]`, verb, operations));
  });
  errors.push(
    ...alone(apiGroups, `${path}.apiGroups`, 'API groups'),
    ...alone(apiVersions, `${path}.apiVersions`, 'API versions'),
  );
  apiVersions.forEach((version, at) => {
    if (version === '') errors.push(required(`${path}.apiVersions[${at}]`));
  });
  return [
    ...errors,
    ...validateResources(resources, `${path}.resources`),
    ...oneOf(rule.scope, `${path}.scope`, ['*', 'Cluster', 'Namespaced']),
  ];
}

/** A list that is not empty, and in which a star stands alone. */
function alone(list: readonly string[], path: string, what: string): Errors {
  if (list.length === 0) return [required(path)];
  return list.length > 1 && list.includes('*')
    ? [invalidValue(path, list, `if '*' is present, must not specify other ${what}`)]
    : [];
}

/** `pods`, `pods/status`, `pods/*`, with `*` for every resource or subresource: none said twice. */
function validateResources(resources: readonly string[], path: string): Errors {
  if (resources.length === 0) return [required(path)];
  const errors: Errors = [];
  const whole = new Set<string>();
  const everywhere = new Set<string>();
  resources.forEach((text, at) => {
    const slash = text.indexOf('/');
    if (text === '') errors.push(required(`${path}[${at}]`));
    if (slash < 0) return;
    const [resource, part] = [text.slice(0, slash), text.slice(slash + 1)];
    if (whole.has(resource))
      errors.push(invalidValue(`${path}[${at}]`, text, `if '${resource}/*' is present, must not specify ${text}`));
    if (everywhere.has(part))
      errors.push(invalidValue(`${path}[${at}]`, text, `if '*/${part}' is present, must not specify ${text}`));
    if (part === '*') whole.add(resource);
    if (resource === '*') everywhere.add(part);
  });
  if (resources.length > 1 && resources.includes('*/*'))
    errors.push(invalidValue(path, resources, "if '*/*' is present, must not specify other resources"));
  const named = resources.some((text) => text !== '*' && text !== '' && !text.includes('/'));
  if (resources.includes('*') && named)
    errors.push(
      invalidValue(path, resources, "if '*' is present, must not specify other resources without subresources"),
    );
  return errors;
}

/** A policy's rule, which may name objects. */
export function validateNamedRule(rule: NamedRuleWithOperations, path: string): Errors {
  const seen = new Set<string>();
  const errors: Errors = (rule.resourceNames ?? []).flatMap((name, at) => {
    const here = `${path}.resourceNames[${at}]`;
    const found = invalidFormat(here, name, isPathSegmentName(name));
    if (seen.has(name)) found.push(duplicate(here, name));
    seen.add(name);
    return found;
  });
  return [...errors, ...validateRule(rule, path)];
}
