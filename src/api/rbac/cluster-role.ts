import { nameAndCreation } from '../columns.ts';
import { kind } from '../kind.ts';
import type { ClusterRole } from '../schema/generated/types/rbac-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { nameIsPathSegment } from '../validation/names.ts';
import { validateClusterRole } from '../validation/rbac/rbac.ts';

export const clusterRole = kind<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.rbac.v1.ClusterRole'),
  columns: nameAndCreation,
  validateName: nameIsPathSegment,
  createOnUpdate: true,
  validate: validateClusterRole,
});
