import { fill } from '../fill.ts';
import type { Draft } from '../object.ts';
import type { ClusterRoleBinding, RoleBinding } from '../schema/generated/types/rbac-v1.ts';

const rbacGroup = 'rbac.authorization.k8s.io';

export function defaultBinding({ roleRef, subjects }: Draft<RoleBinding | ClusterRoleBinding>): void {
  if (roleRef) fill(roleRef, { apiGroup: rbacGroup });
  for (const subject of subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') fill(subject, { apiGroup: rbacGroup });
  }
}
