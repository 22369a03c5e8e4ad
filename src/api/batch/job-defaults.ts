import { defaultPodTemplate } from '../core/pod-defaults.ts';
import { fill } from '../fill.ts';
import type { Draft } from '../object.ts';
import type { CronJob, Job, JobSpec } from '../schema/generated/types/batch-v1.ts';

/** As often as an int32 can count: with a limit per index, the job as a whole has none. */
const unlimited = 2 ** 31 - 1;

export function defaultJob({ metadata, spec }: Draft<Job>): void {
  if (!spec) return;
  if (spec.completions === undefined && spec.parallelism === undefined) fill(spec, { completions: 1, parallelism: 1 });
  fill(spec, {
    parallelism: 1,
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : unlimited,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed',
  });
  const labels = spec.template?.metadata?.labels ?? {};
  if (Object.keys(labels).length > 0 && Object.keys(metadata.labels ?? {}).length === 0)
    metadata.labels = { ...labels };
  defaultJobTemplate(spec);
}

/** What the job in a cron job's template gets, too. */
function defaultJobTemplate(spec: Draft<JobSpec>): void {
  for (const { onPodConditions } of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of onPodConditions ?? []) fill(pattern, { status: 'True' });
  }
  defaultPodTemplate(spec.template);
}

export function defaultCronJob({ spec }: Draft<CronJob>): void {
  if (!spec) return;
  fill(spec, {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  if (spec.jobTemplate?.spec) defaultJobTemplate(spec.jobTemplate.spec);
}
