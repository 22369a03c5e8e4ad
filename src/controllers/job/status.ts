import { formatTime } from '../../api/object.ts';
import type { Job, JobCondition, JobStatus } from '../../api/schema/generated/types/batch-v1.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { withoutCondition } from '../shared/status.ts';
import { isIndexed, isTracked, type JobCount } from './count.ts';
import { formatIndexes } from './indexes.ts';
import { conditionOf, type Verdict } from './verdict.ts';

export interface StatusInput {
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly count: JobCount;
  readonly verdict: Verdict | undefined;
  /** Pods that are active after this look's writes. */
  readonly activeNow: number;
  readonly nowMs: number;
}

/**
 * The status with newly ended pods noted as uncounted. Once their finalizers are gone they become numbers: so no end is
 * counted twice or lost, whenever the process dies.
 */
export function jobStatus(input: StatusInput): JobStatus {
  const { job, pods, count, nowMs } = input;
  const { status: old = {}, spec } = job;
  const byUid = new Map(pods.map((pod) => [pod.metadata.uid ?? '', pod]));
  const settle = (uids: readonly string[] = []) => {
    const waiting = uids.filter((uid) => {
      const pod = byUid.get(uid);
      return pod !== undefined && isTracked(pod);
    });
    return { waiting, counted: uids.length - waiting.length };
  };
  const succeeded = settle(old.uncountedTerminatedPods?.succeeded);
  const failed = settle(old.uncountedTerminatedPods?.failed);
  const uidsOf = (list: readonly Pod[]) => list.map(({ metadata }) => metadata.uid ?? '');
  const newlySucceeded = isIndexed(job) ? [] : uidsOf(count.newlySucceeded);
  const waitingSucceeded = [...succeeded.waiting, ...newlySucceeded];
  const waitingFailed = [...failed.waiting, ...uidsOf(count.newlyFailed)];
  const numbers = {
    active: input.activeNow,
    succeeded: isIndexed(job) ? count.completedIndexes.size : (old.succeeded ?? 0) + succeeded.counted,
    failed: (old.failed ?? 0) + failed.counted,
  };
  const conditions = suspendConditions(job, old.conditions ?? [], nowMs);
  const startTime = spec?.suspend ? undefined : ((resumed(job) ? undefined : old.startTime) ?? formatTime(nowMs));
  return {
    ...Object.fromEntries(Object.entries(numbers).filter(([, number]) => number > 0)),
    terminating: count.terminating.length,
    ready: Math.min(count.ready, input.activeNow), // what is on its way out is not active either
    ...(startTime && { startTime }),
    ...(old.completionTime && { completionTime: old.completionTime }),
    ...(isIndexed(job) &&
      count.completedIndexes.size > 0 && { completedIndexes: formatIndexes(count.completedIndexes) }),
    ...(isIndexed(job) &&
      spec?.backoffLimitPerIndex !== undefined && { failedIndexes: formatIndexes(count.failedIndexes) }),
    uncountedTerminatedPods: {
      ...(waitingSucceeded.length > 0 && { succeeded: waitingSucceeded }),
      ...(waitingFailed.length > 0 && { failed: waitingFailed }),
    },
    ...withConditions(verdictConditions(input, conditions, waitingSucceeded.length + waitingFailed.length)),
    ...(input.verdict?.outcome === 'Complete' && isOver(input, waitingSucceeded.length + waitingFailed.length)
      ? { completionTime: formatTime(nowMs) }
      : {}),
  };
}

function withConditions(conditions: readonly JobCondition[]): Pick<JobStatus, 'conditions'> {
  return conditions.length > 0 ? { conditions } : {};
}

function resumed(job: Job): boolean {
  return !job.spec?.suspend && conditionOf(job, 'Suspended') !== undefined;
}

/** All pods have ended and are counted. */
function isOver({ count, activeNow }: StatusInput, uncounted: number): boolean {
  return activeNow === 0 && count.terminating.length === 0 && count.active.length === 0 && uncounted === 0;
}

function verdictConditions(
  input: StatusInput,
  conditions: readonly JobCondition[],
  uncounted: number,
): readonly JobCondition[] {
  const { verdict, nowMs } = input;
  if (!verdict) return conditions;
  const { reason, message } = verdict;
  const interim = verdict.outcome === 'Failed' ? 'FailureTarget' : 'SuccessCriteriaMet';
  const noted = append(conditions, { type: interim, reason, message }, nowMs);
  return isOver(input, uncounted) ? append(noted, { type: verdict.outcome, reason, message }, nowMs) : noted;
}

function suspendConditions(job: Job, conditions: readonly JobCondition[], nowMs: number): readonly JobCondition[] {
  const suspended = conditionOf(job, 'Suspended');
  if (job.spec?.suspend && !suspended)
    return append(
      withoutCondition(conditions, 'Suspended'),
      { type: 'Suspended', reason: 'JobSuspended', message: 'Job suspended' },
      nowMs,
    );
  if (!resumed(job)) return conditions;
  const text = { type: 'Suspended', reason: 'JobResumed', message: 'Job resumed' };
  return append(withoutCondition(conditions, 'Suspended'), text, nowMs, 'False');
}

function append(
  conditions: readonly JobCondition[],
  text: { readonly type: string; readonly reason: string; readonly message: string },
  nowMs: number,
  status = 'True',
): readonly JobCondition[] {
  if (conditions.some((condition) => condition.type === text.type && condition.status === status)) return conditions;
  const now = formatTime(nowMs);
  const { type, reason, message } = text;
  return [...conditions, { type, status, lastProbeTime: now, lastTransitionTime: now, reason, message }];
}
