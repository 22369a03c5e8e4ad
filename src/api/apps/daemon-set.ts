import {
  ageColumn,
  column,
  containerColumns,
  countColumn,
  formatLabels,
  nameColumn,
  selectorColumn,
} from '../columns.ts';
import { kind } from '../kind.ts';
import type { DaemonSet } from '../schema/generated/types/apps-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import { validateDaemonSet, validateDaemonSetUpdate } from '../validation/apps/daemon-set.ts';
import { validateDaemonSetStatus } from '../validation/status.ts';
import { daemonSetWarnings } from '../validation/warnings/workloads.ts';
import { defaultDaemonSet } from './workload-defaults.ts';

export const daemonSet = kind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.apps.v1.DaemonSet'),
  generation: true,
  subresources: { status: { ...statusSubresource, validateUpdate: validateDaemonSetStatus } },
  columns: [
    nameColumn,
    countColumn('Desired', ({ status }) => status?.desiredNumberScheduled, {
      description: 'Nodes that should run the pod.',
    }),
    countColumn('Current', ({ status }) => status?.currentNumberScheduled, {
      description: 'Nodes that run the pod and should.',
    }),
    countColumn('Ready', ({ status }) => status?.numberReady, { description: 'Nodes with a ready pod.' }),
    countColumn('Up-to-date', ({ status }) => status?.updatedNumberScheduled, {
      description: 'Nodes with a pod of the present template.',
    }),
    countColumn('Available', ({ status }) => status?.numberAvailable, { description: 'Nodes with an available pod.' }),
    column('Node Selector', ({ spec }) => formatLabels(spec?.template?.spec?.nodeSelector), {
      description: 'Labels that nodes must have.',
    }),
    ageColumn,
    ...containerColumns<DaemonSet>(({ spec }) => spec?.template),
    selectorColumn(({ spec }) => spec?.selector),
  ],
  defaults: defaultDaemonSet,
  validate: validateDaemonSet,
  validateUpdate: validateDaemonSetUpdate,
  warnings: daemonSetWarnings,
});
