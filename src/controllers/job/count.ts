import type { Job } from '../../api/schema/generated/types/batch-v1.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { isActive, isReady, isTerminating } from '../shared/pods.ts';
import { matchFailurePolicy, type PolicyMatch } from './failure-policy.ts';
import { indexOf, parseIndexes } from './indexes.ts';

/** Kept on a job's pods until their end has been counted in its status. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(trackingFinalizer) === true;
}

export function isIndexed({ spec }: Job): boolean {
  return spec?.completionMode === 'Indexed';
}

/** All that a job's pods and its status say, counted once. */
export interface JobCount {
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  readonly ready: number;
  /** Ended pods that are not in the status yet. */
  readonly newlySucceeded: readonly Pod[];
  readonly newlyFailed: readonly Pod[];
  /** Ended pods that count for nothing, but still carry the finalizer. */
  readonly ignored: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
  readonly completedIndexes: ReadonlySet<number>;
  readonly failedIndexes: ReadonlySet<number>;
  /** The first failed pod for which the policy says that the job fails. */
  readonly failJob: PolicyMatch | undefined;
}

export function countJob(job: Job, pods: readonly Pod[]): JobCount {
  const { spec, status } = job;
  const limit = spec?.completions ?? 0;
  const uncounted = status?.uncountedTerminatedPods ?? {};
  const known = new Set([...(uncounted.succeeded ?? []), ...(uncounted.failed ?? [])]);
  const completedIndexes = isIndexed(job) ? parseIndexes(status?.completedIndexes, limit) : new Set<number>();
  const failedIndexes = isIndexed(job) ? parseIndexes(status?.failedIndexes, limit) : new Set<number>();
  const newlySucceeded: Pod[] = [];
  const newlyFailed: Pod[] = [];
  const ignored: Pod[] = [];
  let failJob: PolicyMatch | undefined;
  const failuresOf = failuresByIndex(job, pods);
  for (const pod of pods) {
    const uid = pod.metadata.uid ?? '';
    const index = indexOf(pod);
    const isStray = isIndexed(job) && (index === undefined || index >= limit);
    if (!isTracked(pod) || known.has(uid)) continue;
    if (pod.status?.phase === 'Succeeded') {
      if (isStray || (index !== undefined && completedIndexes.has(index))) ignored.push(pod);
      else {
        newlySucceeded.push(pod);
        if (isIndexed(job) && index !== undefined) completedIndexes.add(index);
      }
    } else if (hasFailed(job, pod)) {
      const match = matchFailurePolicy(job, pod);
      if (match?.action === 'FailJob') failJob ??= match;
      if (match?.action === 'Ignore' || isStray) ignored.push(pod);
      else newlyFailed.push(pod);
      const perIndex = spec?.backoffLimitPerIndex;
      if (index !== undefined && perIndex !== undefined && !isStray && !completedIndexes.has(index))
        if (match?.action === 'FailIndex' || (failuresOf.get(index) ?? 0) > perIndex) failedIndexes.add(index);
    }
  }
  const active = pods.filter(isActive);
  return {
    active,
    terminating: pods.filter(isTerminating),
    ready: active.filter(isReady).length,
    newlySucceeded,
    newlyFailed,
    ignored,
    succeeded: isIndexed(job)
      ? completedIndexes.size
      : (status?.succeeded ?? 0) + (uncounted.succeeded?.length ?? 0) + newlySucceeded.length,
    failed: (status?.failed ?? 0) + (uncounted.failed?.length ?? 0) + newlyFailed.length,
    completedIndexes,
    failedIndexes,
    failJob,
  };
}

/** Whether new pods wait until the old ones have surely ended. */
export function replacesOnlyFailed({ spec }: Job): boolean {
  return (spec?.podReplacementPolicy ?? (spec?.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed')) === 'Failed';
}

/** A pod that is being deleted counts as failed at once, as it may never get to say so; unless the job waits for that. */
function hasFailed(job: Job, { status, metadata }: Pod): boolean {
  return status?.phase === 'Failed' || (metadata.deletionTimestamp !== undefined && !replacesOnlyFailed(job));
}

/** How often a pod's index had failed before it. */
export const failureCountAnnotation = 'batch.kubernetes.io/job-index-failure-count';

/** How often each index has failed so far; a pod carries the number of failures before it. */
export function failuresByIndex(job: Job, pods: readonly Pod[]): ReadonlyMap<number, number> {
  const failures = new Map<number, number>();
  if (job.spec?.backoffLimitPerIndex === undefined) return failures;
  for (const pod of pods) {
    const index = indexOf(pod);
    if (index === undefined) continue;
    const before = Number(pod.metadata.annotations?.[failureCountAnnotation] ?? 0);
    const counts = pod.status?.phase === 'Failed' && matchFailurePolicy(job, pod)?.action !== 'Ignore';
    failures.set(index, Math.max(failures.get(index) ?? 0, before + (counts ? 1 : 0)));
  }
  return failures;
}
