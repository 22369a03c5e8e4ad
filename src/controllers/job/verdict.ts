import type { Job } from '../../api/schema/generated/types/batch-v1.ts';
import { timeMs } from '../shared/pods.ts';
import { isIndexed, type JobCount } from './count.ts';
import { parseIndexes } from './indexes.ts';

/** Why a job is over: `FailureTarget` or `SuccessCriteriaMet` first, `Failed` or `Complete` once its pods are gone. */
export interface Verdict {
  readonly outcome: 'Failed' | 'Complete';
  readonly reason: string;
  readonly message: string;
}

export function conditionOf({ status }: Job, type: string) {
  return status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

export function isFinished(job: Job): boolean {
  return conditionOf(job, 'Complete') !== undefined || conditionOf(job, 'Failed') !== undefined;
}

/** The first reason that applies, in upstream's order; undefined: the job goes on. */
export function judge(job: Job, count: JobCount, nowMs: number): Verdict | undefined {
  const target = conditionOf(job, 'FailureTarget');
  if (target) return { outcome: 'Failed', reason: target.reason ?? '', message: target.message ?? '' };
  const met = conditionOf(job, 'SuccessCriteriaMet');
  if (met) return { outcome: 'Complete', reason: met.reason ?? '', message: met.message ?? '' };
  const { spec } = job;
  const fail = (reason: string, message: string): Verdict => ({ outcome: 'Failed', reason, message });
  if (count.failJob) return fail('PodFailurePolicy', count.failJob.message);
  if (count.failed > (spec?.backoffLimit ?? 6) || isPastLimitOnFailure(job, count))
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  if (isPastDeadline(job, nowMs)) return fail('DeadlineExceeded', 'Job was active longer than specified deadline');
  if (isIndexed(job) && spec?.backoffLimitPerIndex !== undefined) {
    if (spec.maxFailedIndexes !== undefined && count.failedIndexes.size > spec.maxFailedIndexes)
      return fail('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
    const done = count.failedIndexes.size + count.completedIndexes.size;
    if (count.failedIndexes.size > 0 && done >= (spec.completions ?? 0))
      return fail('FailedIndexes', 'Job has failed indexes');
  }
  const policy = successByPolicy(job, count);
  if (policy !== undefined) return { outcome: 'Complete', reason: 'SuccessPolicy', message: policy };
  const isComplete =
    spec?.completions === undefined
      ? count.succeeded > 0 && count.active.length === 0
      : count.succeeded >= spec.completions;
  if (!isComplete || spec?.suspend) return undefined;
  return { outcome: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
}

/** With restartPolicy OnFailure, restarts within the pods count. */
function isPastLimitOnFailure({ spec }: Job, { active }: JobCount): boolean {
  if (spec?.template.spec?.restartPolicy !== 'OnFailure') return false;
  const limit = spec.backoffLimit ?? 6;
  let restarts = 0;
  for (const { status } of active)
    for (const { restartCount } of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
      restarts += restartCount;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function isPastDeadline(job: Job, nowMs: number): boolean {
  const waitMs = deadlineInMs(job, nowMs);
  return waitMs !== undefined && waitMs <= 0;
}

/** Milliseconds until the active deadline; undefined when there is none, or the job stands still. */
export function deadlineInMs({ spec, status }: Job, nowMs: number): number | undefined {
  const startMs = timeMs(status?.startTime);
  if (spec?.activeDeadlineSeconds === undefined || startMs === undefined || spec.suspend) return undefined;
  return startMs + spec.activeDeadlineSeconds * 1_000 - nowMs;
}

function successByPolicy({ spec }: Job, { completedIndexes }: JobCount): string | undefined {
  for (const [at, rule] of (spec?.successPolicy?.rules ?? []).entries()) {
    const wanted =
      rule.succeededIndexes === undefined ? undefined : parseIndexes(rule.succeededIndexes, spec?.completions ?? 0);
    const met = wanted ? [...wanted].filter((index) => completedIndexes.has(index)).length : completedIndexes.size;
    if (met >= (rule.succeededCount ?? wanted?.size ?? Number.POSITIVE_INFINITY)) return `Matched rules at index ${at}`;
  }
  return undefined;
}
