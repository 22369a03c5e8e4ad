import { kind } from '../kind.ts';
import type { RoleBinding } from '../schema/generated/types/rbac-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { nameIsPathSegment } from '../validation/names.ts';
import { validateBindingUpdate, validateRoleBinding } from '../validation/rbac/rbac.ts';
import { bindingColumns } from './binding-columns.ts';
import { defaultBinding } from './binding-defaults.ts';

export const roleBinding = kind<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.rbac.v1.RoleBinding'),
  columns: bindingColumns,
  validateName: nameIsPathSegment,
  createOnUpdate: true,
  defaults: defaultBinding,
  validate: validateRoleBinding,
  validateUpdate: validateBindingUpdate,
});
