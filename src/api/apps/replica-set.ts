import { ageColumn, containerColumns, countColumn, nameColumn, selectorColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { ReplicaSet } from '../schema/generated/types/apps-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { selectable } from '../selectable.ts';
import { scaleSubresource, statusSubresource } from '../subresources.ts';
import { validateReplicaSet, validateReplicaSetUpdate } from '../validation/apps/replica-set.ts';
import { validateReplicasStatus } from '../validation/status.ts';
import { namedWorkloadWarnings } from '../validation/warnings/workloads.ts';
import { defaultReplicaSet } from './workload-defaults.ts';

export const replicaSet = kind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.apps.v1.ReplicaSet'),
  generation: true,
  subresources: { scale: scaleSubresource, status: { ...statusSubresource, validateUpdate: validateReplicasStatus } },
  columns: [
    nameColumn,
    countColumn('Desired', ({ spec }) => spec?.replicas, { description: 'Pods wanted.' }),
    countColumn('Current', ({ status }) => status?.replicas, { description: 'Pods there are.' }),
    countColumn('Ready', ({ status }) => status?.readyReplicas, { description: 'Pods that are ready.' }),
    ageColumn,
    ...containerColumns<ReplicaSet>(({ spec }) => spec?.template),
    selectorColumn(({ spec }) => spec?.selector),
  ],
  selectableFields: {
    'status.replicas': selectable(({ status }) => status?.replicas ?? 0),
  },
  defaults: defaultReplicaSet,
  validate: validateReplicaSet,
  validateUpdate: validateReplicaSetUpdate,
  warnings: namedWorkloadWarnings,
});
