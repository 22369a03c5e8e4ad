import { ageColumn, column, containerColumns, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { StatefulSet } from '../schema/generated/types/apps-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { scaleSubresource, statusSubresource } from '../subresources.ts';
import { validateStatefulSet, validateStatefulSetUpdate } from '../validation/apps/stateful-set.ts';
import { nameIsDnsLabel } from '../validation/names.ts';
import { validateStatefulSetStatus } from '../validation/status.ts';
import { statefulSetWarnings } from '../validation/warnings/workloads.ts';
import { defaultStatefulSet } from './workload-defaults.ts';

export const statefulSet = kind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.apps.v1.StatefulSet'),
  generation: true,
  subresources: {
    scale: scaleSubresource,
    status: { ...statusSubresource, validateUpdate: validateStatefulSetStatus },
  },
  columns: [
    nameColumn,
    column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`, {
      description: 'Pods that are ready, of those wanted.',
    }),
    ageColumn,
    ...containerColumns<StatefulSet>(({ spec }) => spec?.template),
  ],
  defaults: defaultStatefulSet,
  validateName: nameIsDnsLabel, // Pods' host names begin with it.
  validate: validateStatefulSet,
  validateUpdate: validateStatefulSetUpdate,
  warnings: statefulSetWarnings,
});
