import { ageColumn, column, containerColumns, countColumn, nameColumn, selectorColumn } from '../columns.ts';
import { timeSince } from '../duration.ts';
import { kind } from '../kind.ts';
import type { CronJob } from '../schema/generated/types/batch-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import { validateCronJob, validateCronJobSpec } from '../validation/batch/cron-job.ts';
import { cronJobWarnings } from '../validation/warnings/workloads.ts';
import { defaultCronJob } from './job-defaults.ts';

export const cronJob = kind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.batch.v1.CronJob'),
  generation: true,
  subresources: { status: statusSubresource },
  columns: [
    nameColumn,
    column('Schedule', ({ spec }) => spec?.schedule ?? '', { description: 'When to start, in cron notation.' }),
    column('Timezone', ({ spec }) => spec?.timeZone ?? '<none>', { description: 'Time zone of the schedule.' }),
    column('Suspend', ({ spec }) => (spec?.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False'), {
      type: 'boolean',
      description: 'Whether no new jobs are started.',
    }),
    countColumn('Active', ({ status }) => status?.active?.length, { description: 'Jobs that run now.' }),
    column(
      'Last Schedule',
      ({ status }, nowMs) => (status?.lastScheduleTime ? timeSince(status.lastScheduleTime, nowMs) : '<none>'),
      { description: 'Time since a job was last started.' },
    ),
    ageColumn,
    ...containerColumns<CronJob>(({ spec }) => spec?.jobTemplate?.spec?.template),
    selectorColumn(({ spec }) => spec?.jobTemplate?.spec?.selector),
  ],
  defaults: defaultCronJob,
  validate: validateCronJobSpec,
  validateCreate: validateCronJob,
  warnings: cronJobWarnings,
});
