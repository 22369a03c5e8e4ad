import { jsonEqual } from '../../patch/record.ts';
import type { ClusterRole, PolicyRule, Role, RoleBinding } from '../../schema/generated/types/rbac-v1.ts';
import { type Errors, each, requiredFormat } from '../common.ts';
import { asGoStruct, forbidden, invalidFormat, invalidValue, notSupported, required } from '../field-error.ts';
import { isDns1123Subdomain, isPathSegmentName } from '../format.ts';
import { validateLabelSelector } from '../label-selector.ts';

const rbacGroup = 'rbac.authorization.k8s.io';

export function validateRole({ rules }: Role): Errors {
  return each(rules, 'rules', (rule, here) => validateRule(rule, here, true));
}

export function validateClusterRole({ rules, aggregationRule }: ClusterRole): Errors {
  const errors = each(rules, 'rules', (rule, here) => validateRule(rule, here, false));
  if (!aggregationRule) return errors;
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0)
    return [
      ...errors,
      required(
        'aggregationRule.clusterRoleSelectors',
        'at least one clusterRoleSelector required if aggregationRule is non-nil',
      ),
    ];
  return [
    ...errors,
    ...each(selectors, 'aggregationRule.clusterRoleSelectors', (selector, here) =>
      validateLabelSelector(selector, here),
    ),
  ];
}

function validateRule(rule: PolicyRule, path: string, namespaced: boolean): Errors {
  const { verbs = [], nonResourceURLs = [], apiGroups = [], resources = [], resourceNames = [] } = rule;
  const errors: Errors = verbs.length === 0 ? [required(`${path}.verbs`, 'verbs must contain at least one value')] : [];
  if (nonResourceURLs.length > 0) {
    if (namespaced)
      errors.push(
        invalidValue(`${path}.nonResourceURLs`, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'),
      );
    if (apiGroups.length + resources.length + resourceNames.length > 0)
      errors.push(
        invalidValue(
          `${path}.nonResourceURLs`,
          nonResourceURLs,
          'rules cannot apply to both regular resources and non-resource URLs',
        ),
      );
    return errors;
  }
  if (apiGroups.length === 0)
    errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  if (resources.length === 0)
    errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  return errors;
}

type Binding = Pick<RoleBinding, 'roleRef' | 'subjects'>;

/** A role binding or a cluster role binding. */
function validateBinding({ roleRef, subjects }: Binding, kinds: readonly string[], namespaced: boolean): Errors {
  const { apiGroup = '', kind, name } = roleRef;
  const errors: Errors = [];
  if (apiGroup !== rbacGroup) errors.push(notSupported('roleRef.apiGroup', apiGroup, [rbacGroup]));
  if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds));
  errors.push(...requiredFormat(name, 'roleRef.name', isPathSegmentName));
  return [
    ...errors,
    ...each(subjects, 'subjects', (subject, here) => {
      const found: Errors = subject.name ? [] : [required(`${here}.name`)];
      const group = subject.apiGroup ?? '';
      if (subject.kind === 'ServiceAccount') {
        if (subject.name) found.push(...invalidFormat(`${here}.name`, subject.name, isDns1123Subdomain(subject.name)));
        if (group) found.push(notSupported(`${here}.apiGroup`, group, ['']));
        if (!namespaced && !subject.namespace) found.push(required(`${here}.namespace`));
      } else if (subject.kind === 'User' || subject.kind === 'Group') {
        if (group !== rbacGroup) found.push(notSupported(`${here}.apiGroup`, group, [rbacGroup]));
      } else found.push(notSupported(`${here}.kind`, subject.kind, ['ServiceAccount', 'User', 'Group']));
      if (subject.namespace && subject.kind !== 'ServiceAccount')
        found.push(forbidden(`${here}.namespace`, `may not be set for ${subject.kind}`));
      return found;
    }),
  ];
}

export function validateRoleBinding(binding: Binding): Errors {
  return validateBinding(binding, ['Role', 'ClusterRole'], true);
}

export function validateClusterRoleBinding(binding: Binding): Errors {
  return validateBinding(binding, ['ClusterRole'], false);
}

/** What a binding grants stays; only to whom may change. */
export function validateBindingUpdate({ roleRef }: Binding, old: Binding): Errors {
  if (jsonEqual(roleRef, old.roleRef)) return [];
  return [invalidValue('roleRef', asGoStruct(roleRef, { APIGroup: '', Kind: '', Name: '' }), 'cannot change roleRef')];
}
