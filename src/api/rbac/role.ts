import { nameAndCreation } from '../columns.ts';
import { kind } from '../kind.ts';
import type { Role } from '../schema/generated/types/rbac-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { nameIsPathSegment } from '../validation/names.ts';
import { validateRole } from '../validation/rbac/rbac.ts';

export const role = kind<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.rbac.v1.Role'),
  columns: nameAndCreation,
  validateName: nameIsPathSegment,
  createOnUpdate: true,
  validate: validateRole,
});
