import { jsonEqual } from '../../patch/record.ts';
import type { ClusterRoleBinding, RoleBinding, Subject } from '../../schema/generated/types/rbac-v1.ts';
import { type Errors, each } from '../common.ts';
import { invalidFormat, invalidValue, notSupported, required } from '../field-error.ts';
import { nameIsDnsSubdomain, nameIsPathSegment } from '../names.ts';

const rbacGroup = 'rbac.authorization.k8s.io';

export function validateRoleBinding(binding: RoleBinding): Errors {
  return validateBinding(binding, ['Role', 'ClusterRole'], true);
}

export function validateClusterRoleBinding(binding: ClusterRoleBinding): Errors {
  return validateBinding(binding, ['ClusterRole'], false);
}

type Binding = RoleBinding | ClusterRoleBinding;

function validateBinding({ roleRef, subjects }: Binding, kinds: readonly string[], namespaced: boolean): Errors {
  const { apiGroup = '', kind = '', name = '' } = roleRef ?? {};
  const errors: Errors = [];
  if (apiGroup !== rbacGroup) errors.push(notSupported('roleRef.apiGroup', apiGroup, [rbacGroup]));
  if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds));
  if (name) errors.push(...invalidFormat('roleRef.name', name, nameIsPathSegment(name, false)));
  else errors.push(required('roleRef.name'));
  return [...errors, ...each(subjects, 'subjects', (subject, path) => validateSubject(subject, path, namespaced))];
}

function validateSubject({ kind, name, namespace, apiGroup = '' }: Subject, path: string, namespaced: boolean): Errors {
  const errors: Errors = name ? [] : [required(`${path}.name`)];
  switch (kind) {
    case 'ServiceAccount':
      if (name) errors.push(...invalidFormat(`${path}.name`, name, nameIsDnsSubdomain(name, false)));
      if (apiGroup) errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']));
      if (!namespaced && !namespace) errors.push(required(`${path}.namespace`));
      return errors;
    case 'User':
    case 'Group':
      if (apiGroup !== rbacGroup) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [rbacGroup]));
      return errors;
    default:
      return [...errors, notSupported(`${path}.kind`, kind ?? '', ['ServiceAccount', 'User', 'Group'])];
  }
}

/** Who may change subjects may not thereby give another role. */
export function validateRoleBindingUpdate({ roleRef }: Binding, { roleRef: old }: Binding): Errors {
  return jsonEqual(roleRef, old) ? [] : [invalidValue('roleRef', roleRef, 'cannot change roleRef')];
}
