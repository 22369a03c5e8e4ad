import { kind } from '../kind.ts';
import type { Job } from '../schema/generated/types/batch-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { selectable } from '../selectable.ts';
import { statusSubresource } from '../subresources.ts';
import { validateJob, validateJobUpdate, validateNewJob } from '../validation/batch/job.ts';
import { validateJobStatus } from '../validation/batch/job-status.ts';
import { jobWarnings } from '../validation/warnings/workloads.ts';
import { jobColumns } from './job-columns.ts';
import { defaultJob } from './job-defaults.ts';
import { selectOwnPods } from './job-selector.ts';

export const job = kind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.batch.v1.Job'),
  generation: true,
  subresources: { status: { ...statusSubresource, validateUpdate: validateJobStatus } },
  columns: jobColumns,
  selectableFields: {
    'status.successful': selectable(({ status }) => status?.succeeded ?? 0),
  },
  defaultPropagation: 'Orphan',
  defaults: defaultJob,
  prepareCreate: selectOwnPods,
  validate: validateJob,
  validateCreate: validateNewJob,
  validateUpdate: validateJobUpdate,
  warnings: jobWarnings,
});
