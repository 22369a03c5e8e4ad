import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { Namespace } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { selectable } from '../selectable.ts';
import { statusSubresource } from '../subresources.ts';
import { validateNamespace, validateNamespaceStatus } from '../validation/core/namespace.ts';
import { nameIsDnsLabel } from '../validation/names.ts';
import {
  defaultNamespace,
  namespaceHolds,
  prepareNamespaceDelete,
  prepareNamespaceFinalize,
  prepareNamespaceUpdate,
  prepareNewNamespace,
} from './namespace-strategy.ts';

export const namespace = kind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.core.v1.Namespace'),
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: {
    finalize: { verbs: ['update'], prepareUpdate: prepareNamespaceFinalize, validateUpdate: validateNamespace },
    status: { ...statusSubresource, validateUpdate: validateNamespaceStatus },
  },
  columns: [
    nameColumn,
    column('Status', ({ status }) => status?.phase ?? '', {
      description: 'Active, or Terminating while its objects are removed.',
    }),
    ageColumn,
  ],
  selectableFields: {
    'status.phase': selectable(({ status }) => status?.phase),
  },
  validateName: nameIsDnsLabel,
  defaults: defaultNamespace,
  prepareCreate: prepareNewNamespace,
  prepareUpdate: prepareNamespaceUpdate,
  holds: namespaceHolds,
  prepareDelete: prepareNamespaceDelete,
  validate: validateNamespace,
});
