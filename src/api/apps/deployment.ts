import { ageColumn, column, containerColumns, countColumn, formatLabelSelector, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { Deployment } from '../schema/generated/types/apps-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { scaleSubresource, statusSubresource } from '../subresources.ts';
import { validateDeployment, validateDeploymentUpdate } from '../validation/apps/deployment.ts';
import { validateDeploymentStatus } from '../validation/status.ts';
import { namedWorkloadWarnings } from '../validation/warnings/workloads.ts';
import { prepareDeploymentStatus, prepareDeploymentUpdate } from './deployment-strategy.ts';
import { defaultDeployment } from './workload-defaults.ts';

export const deployment = kind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.apps.v1.Deployment'),
  generation: true,
  subresources: {
    scale: scaleSubresource,
    status: { ...statusSubresource, prepareUpdate: prepareDeploymentStatus, validateUpdate: validateDeploymentStatus },
  },
  columns: [
    nameColumn,
    column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`, {
      description: 'Pods that are ready, of those wanted.',
    }),
    countColumn('Up-to-date', ({ status }) => status?.updatedReplicas, {
      description: 'Pods of the present template.',
    }),
    countColumn('Available', ({ status }) => status?.availableReplicas, {
      description: 'Pods that have been ready for long enough.',
    }),
    ageColumn,
    ...containerColumns<Deployment>(({ spec }) => spec?.template),
    column('Selector', ({ spec }) => formatLabelSelector(spec?.selector), {
      wide: true,
      description: 'Labels that pods must have.',
    }),
  ],
  defaults: defaultDeployment,
  prepareUpdate: prepareDeploymentUpdate,
  validate: validateDeployment,
  validateUpdate: validateDeploymentUpdate,
  warnings: namedWorkloadWarnings,
});
