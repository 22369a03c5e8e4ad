import type { CronJob, Job } from '../../api/schema/generated/types/batch-v1.ts';
import { timeMs } from '../shared/pods.ts';
import type { Schedule } from './schedule.ts';

export type CronPlan =
  /** Nothing is due before `nextMs` (absent: never). */
  | { readonly type: 'wait'; readonly nextMs: number | undefined; readonly note?: 'missed' | 'forbidden' }
  | {
      readonly type: 'start';
      readonly scheduledMs: number;
      readonly replace: readonly Job[];
      readonly nextMs: number | undefined;
    };

/** The most times that are counted one by one; a cron job that slept longer is told so. */
export const tooManyMissed = 100;

export interface MissedTimes {
  readonly latestMs: number | undefined;
  readonly count: number;
}

/** The last time at which the cron job was due and that was not yet seen to. */
export function missedTimes(cron: CronJob, schedule: Schedule, nowMs: number): MissedTimes {
  const deadline = cron.spec.startingDeadlineSeconds;
  let fromMs = timeMs(cron.status?.lastScheduleTime) ?? timeMs(cron.metadata.creationTimestamp) ?? nowMs;
  if (deadline !== undefined) fromMs = Math.max(fromMs, nowMs - deadline * 1_000);
  const first = schedule.next(fromMs);
  if (first === undefined || first > nowMs) return { latestMs: undefined, count: 0 };
  // Going back by growing steps finds the last time without counting a year of minutes.
  let latestMs = first;
  let count = 1;
  for (let next = schedule.next(latestMs); next !== undefined && next <= nowMs; next = schedule.next(latestMs)) {
    latestMs = next;
    if (++count <= tooManyMissed) continue;
    for (let backMs = 120_000; latestMs < nowMs - 60_000 && backMs < nowMs - fromMs; backMs *= 2) {
      const near = schedule.next(nowMs - backMs);
      if (near !== undefined && near <= nowMs) {
        latestMs = Math.max(latestMs, near);
        break;
      }
    }
    for (let rest = schedule.next(latestMs); rest !== undefined && rest <= nowMs; rest = schedule.next(latestMs))
      latestMs = rest;
    break;
  }
  return { latestMs, count };
}

export function planCron(
  cron: CronJob,
  {
    schedule,
    active,
    missed,
    nowMs,
  }: { schedule: Schedule; active: readonly Job[]; missed: MissedTimes; nowMs: number },
): CronPlan {
  const nextMs = schedule.next(nowMs);
  const { latestMs } = missed;
  if (cron.spec.suspend || latestMs === undefined) return { type: 'wait', nextMs };
  const deadline = cron.spec.startingDeadlineSeconds;
  if (deadline !== undefined && latestMs + deadline * 1_000 < nowMs) return { type: 'wait', nextMs, note: 'missed' };
  if (active.some((job) => timeMs(job.metadata.annotations?.[scheduledAnnotation]) === latestMs))
    return { type: 'wait', nextMs };
  if (cron.spec.concurrencyPolicy === 'Forbid' && active.length > 0) return { type: 'wait', nextMs, note: 'forbidden' };
  const replace = cron.spec.concurrencyPolicy === 'Replace' ? active : [];
  return { type: 'start', scheduledMs: latestMs, replace, nextMs };
}

export const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** The name that a job of this time has, whichever server makes it: made twice, the second is refused. */
export function jobName(cron: CronJob, scheduledMs: number): string {
  return `${cron.metadata.name}-${Math.floor(scheduledMs / 60_000)}`;
}

export function finishedType(job: Job): 'Complete' | 'Failed' | undefined {
  for (const { type, status } of job.status?.conditions ?? [])
    if (status === 'True' && (type === 'Complete' || type === 'Failed')) return type;
  return undefined;
}

/** Finished jobs beyond the history limits, oldest first. */
export function surplusHistory(cron: CronJob, jobs: readonly Job[]): readonly Job[] {
  const beyond = (type: string, limit: number) =>
    jobs
      .filter((job) => finishedType(job) === type)
      .sort((a, b) => (a.status?.startTime ?? '').localeCompare(b.status?.startTime ?? ''))
      .slice(0, -limit || undefined);
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cron.spec;
  return [...beyond('Complete', successfulJobsHistoryLimit), ...beyond('Failed', failedJobsHistoryLimit)];
}
