import { ageColumn, column, containerColumns, nameColumn, selectorColumn } from '../columns.ts';
import { humanDuration } from '../duration.ts';
import type { Column } from '../kind.ts';
import type { Job } from '../schema/generated/types/batch-v1.ts';

export const jobColumns: readonly Column<Job>[] = [
  nameColumn,
  column('Status', jobStatus, { description: 'How far the job is.' }),
  column('Completions', completions, { description: 'Pods that succeeded, of those wanted.' }),
  column('Duration', runningTime, { description: 'How long the job ran, or runs by now.' }),
  ageColumn,
  ...containerColumns<Job>(({ spec }) => spec?.template),
  selectorColumn(({ spec }) => spec?.selector),
];

function jobStatus({ metadata, status }: Job): string {
  const holds = (wanted: string) => status?.conditions?.find(({ type }) => type === wanted)?.status === 'True';
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  if (holds('Suspended')) return 'Suspended';
  return holds('FailureTarget') ? 'FailureTarget' : 'Running';
}

function completions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function runningTime({ status }: Job, nowMs: number): string {
  if (!status?.startTime) return '';
  const endMs = status.completionTime ? Date.parse(status.completionTime) : nowMs;
  return humanDuration(endMs - Date.parse(status.startTime));
}
