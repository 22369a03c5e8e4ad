import type { Job } from '../../api/schema/generated/types/batch-v1.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { backoffMs } from '../../base/backoff.ts';
import { deletionOrder } from '../replica-set/rank.ts';
import { timeMs } from '../shared/pods.ts';
import { isIndexed, type JobCount, replacesOnlyFailed } from './count.ts';
import { matchFailurePolicy } from './failure-policy.ts';
import { indexOf } from './indexes.ts';

export interface JobPlan {
  /** Pods to make: their indexes, or undefined for a job without. */
  readonly create: readonly (number | undefined)[];
  readonly delete: readonly Pod[];
  /** Failures hold new pods back until then. */
  readonly waitMs: number | undefined;
}

const none: JobPlan = { create: [], delete: [], waitMs: undefined };
const burst = 500;

/** Which pods to make or remove so that as many work as the job asks for. */
export function planJob(
  job: Job,
  { count, pods, nowMs }: { count: JobCount; pods: readonly Pod[]; nowMs: number },
): JobPlan {
  const { spec } = job;
  const { active, terminating, succeeded } = count;
  if (spec?.suspend) return { ...none, delete: active };
  const parallelism = spec?.parallelism ?? 1;
  const left = spec?.completions === undefined ? undefined : Math.max(0, spec.completions - succeeded);
  let wanted = left === undefined ? parallelism : Math.min(parallelism, left);
  // Without a number of completions, one success ends it: what works may finish, nothing new begins.
  if (left === undefined && succeeded > 0) wanted = Math.min(active.length, parallelism);
  if (active.length > wanted) {
    const order = deletionOrder(active, { podsOnNode: new Map(), nowMs });
    return { ...none, delete: order.slice(0, active.length - wanted) };
  }
  const waitsForEnd = replacesOnlyFailed(job);
  const busy = active.length + (waitsForEnd ? terminating.length : 0);
  const missing = Math.min(burst, wanted - busy);
  if (missing <= 0) return none;
  const waitMs = failureWaitMs(job, pods, nowMs);
  if (waitMs > 0) return { ...none, waitMs };
  if (!isIndexed(job)) return { ...none, create: new Array<undefined>(missing).fill(undefined) };
  return { ...none, create: freeIndexes(job, count, waitsForEnd).slice(0, missing) };
}

function freeIndexes({ spec }: Job, count: JobCount, waitsForEnd: boolean): readonly number[] {
  const busy = waitsForEnd ? [...count.active, ...count.terminating] : count.active;
  const taken = new Set(busy.map(indexOf));
  const free: number[] = [];
  for (let index = 0; index < (spec?.completions ?? 0); index++)
    if (!taken.has(index) && !count.completedIndexes.has(index) && !count.failedIndexes.has(index)) free.push(index);
  return free;
}

/** After failures in a row new pods wait: 10 s, 20 s … 10 min from the last failure. */
function failureWaitMs(job: Job, pods: readonly Pod[], nowMs: number): number {
  let lastSuccessMs = 0;
  const failures: number[] = [];
  for (const pod of pods) {
    const endMs = endOf(pod);
    if (pod.status?.phase === 'Succeeded') lastSuccessMs = Math.max(lastSuccessMs, endMs);
    else if (pod.status?.phase === 'Failed' && matchFailurePolicy(job, pod)?.action !== 'Ignore') failures.push(endMs);
  }
  const since = failures.filter((endMs) => endMs > lastSuccessMs);
  if (since.length === 0) return 0;
  const waitMs = backoffMs(since.length, { firstMs: 10_000, maxMs: 600_000 });
  return Math.max(0, Math.max(...since) + waitMs - nowMs);
}

function endOf({ status, metadata }: Pod): number {
  const ends = (status?.containerStatuses ?? []).map(({ state }) => timeMs(state?.terminated?.finishedAt) ?? 0);
  const endMs = Math.max(0, ...ends);
  return endMs || (timeMs(metadata.deletionTimestamp) ?? timeMs(metadata.creationTimestamp) ?? 0);
}
