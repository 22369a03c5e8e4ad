import { ageColumn, column, containerColumns, countColumn, formatLabels, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { ReplicationController } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { selectable } from '../selectable.ts';
import { scaleSubresource, statusSubresource } from '../subresources.ts';
import { validateReplicationController } from '../validation/core/replication-controller.ts';
import { validateReplicasStatus } from '../validation/status.ts';
import { namedWorkloadWarnings } from '../validation/warnings/workloads.ts';
import { defaultReplicationController } from './replication-controller-defaults.ts';

export const replicationController = kind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.ReplicationController'),
  generation: true,
  subresources: { scale: scaleSubresource, status: { ...statusSubresource, validateUpdate: validateReplicasStatus } },
  columns: [
    nameColumn,
    countColumn('Desired', ({ spec }) => spec?.replicas, { description: 'Pods wanted.' }),
    countColumn('Current', ({ status }) => status?.replicas, { description: 'Pods there are.' }),
    countColumn('Ready', ({ status }) => status?.readyReplicas, { description: 'Pods that are ready.' }),
    ageColumn,
    ...containerColumns<ReplicationController>(({ spec }) => spec?.template),
    column('Selector', ({ spec }) => formatLabels(spec?.selector), {
      wide: true,
      description: 'Labels that pods must have.',
    }),
  ],
  selectableFields: {
    'status.replicas': selectable(({ status }) => status?.replicas ?? 0),
  },
  defaultPropagation: 'Orphan',
  defaults: defaultReplicationController,
  validate: validateReplicationController,
  warnings: namedWorkloadWarnings,
});
