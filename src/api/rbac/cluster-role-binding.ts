import { kind } from '../kind.ts';
import type { ClusterRoleBinding } from '../schema/generated/types/rbac-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { nameIsPathSegment } from '../validation/names.ts';
import { validateBindingUpdate, validateClusterRoleBinding } from '../validation/rbac/rbac.ts';
import { bindingColumns } from './binding-columns.ts';
import { defaultBinding } from './binding-defaults.ts';

export const clusterRoleBinding = kind<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.rbac.v1.ClusterRoleBinding'),
  columns: bindingColumns,
  validateName: nameIsPathSegment,
  createOnUpdate: true,
  defaults: defaultBinding,
  validate: validateClusterRoleBinding,
  validateUpdate: validateBindingUpdate,
});
