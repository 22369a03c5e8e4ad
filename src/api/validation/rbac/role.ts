import type { ClusterRole, PolicyRule, Role } from '../../schema/generated/types/rbac-v1.ts';
import { type Errors, each } from '../common.ts';
import { invalidValue, required } from '../field-error.ts';
import { validateLabelSelector } from '../label-selector.ts';

export function validateRole({ rules }: Role): Errors {
  return each(rules, 'rules', (rule, path) => validateRule(rule, path, true));
}

export function validateClusterRole({ rules, aggregationRule }: ClusterRole): Errors {
  const errors = each(rules, 'rules', (rule, path) => validateRule(rule, path, false));
  if (!aggregationRule) return errors;
  const path = 'aggregationRule.clusterRoleSelectors';
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    errors.push(required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  }
  return [...errors, ...each(selectors, path, validateLabelSelector)];
}

function validateRule(rule: PolicyRule, path: string, namespaced: boolean): Errors {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs: urls = [] } = rule;
  const errors: Errors = [];
  if (verbs.length === 0) errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  if (urls.length === 0) {
    if (apiGroups.length === 0) {
      errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
    }
    if (resources.length === 0) {
      errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
    }
    return errors;
  }
  const urlsPath = `${path}.nonResourceURLs`;
  if (namespaced) errors.push(invalidValue(urlsPath, urls, 'namespaced rules cannot apply to non-resource URLs'));
  if (apiGroups.length + resources.length + resourceNames.length > 0) {
    const detail = 'rules cannot apply to both regular resources and non-resource URLs';
    errors.push(invalidValue(urlsPath, urls, detail));
  }
  return errors;
}
