import { formatTime } from '../../api/object.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../api/schema/generated/types/policy-v1.ts';
import { resolveCount } from '../shared/int-or-percent.ts';
import { isReady, soonest, timeMs } from '../shared/pods.ts';

/** An eviction that was allowed must lead to a deletion within this time, or it counts no more. */
const deletionTimeoutMs = 120_000;

export interface BudgetPlan {
  readonly status: PodDisruptionBudgetStatus;
  /** Pods whose eviction was allowed, but that were not deleted in time. */
  readonly overdue: readonly Pod[];
  readonly recheckAfterMs: number | undefined;
}

/** How many of its pods a budget lets go; `expectedScale` is what their owners want together. */
export function planBudget(
  budget: PodDisruptionBudget,
  { pods, expectedScale, nowMs }: { pods: readonly Pod[]; expectedScale: number; nowMs: number },
): BudgetPlan {
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  let expectedPods = pods.length;
  let desiredHealthy = 0;
  if (maxUnavailable !== undefined) {
    expectedPods = expectedScale;
    desiredHealthy = Math.max(0, expectedPods - (resolveCount(maxUnavailable, expectedPods, 'up') ?? 0));
  } else if (typeof minAvailable === 'string') {
    expectedPods = expectedScale;
    desiredHealthy = resolveCount(minAvailable, expectedPods, 'up') ?? 0;
  } else desiredHealthy = minAvailable ?? 0;

  const byName = new Map(pods.map((pod) => [pod.metadata.name ?? '', pod]));
  const disruptedPods: Record<string, string> = {};
  const overdue: Pod[] = [];
  const waits: number[] = [];
  for (const [name, since] of Object.entries(budget.status?.disruptedPods ?? {})) {
    const pod = byName.get(name);
    if (!pod || pod.metadata.deletionTimestamp) continue;
    const leftMs = (timeMs(since) ?? 0) + deletionTimeoutMs - nowMs;
    if (leftMs > 0) {
      disruptedPods[name] = since;
      waits.push(leftMs);
    } else overdue.push(pod);
  }
  const currentHealthy = pods.filter(
    (pod) => !pod.metadata.deletionTimestamp && disruptedPods[pod.metadata.name ?? ''] === undefined && isReady(pod),
  ).length;
  const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  const allowed =
    disruptionsAllowed > 0
      ? { status: 'True', reason: 'SufficientPods' }
      : { status: 'False', reason: 'InsufficientPods' };
  const status = {
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    ...(Object.keys(disruptedPods).length > 0 && { disruptedPods }),
    ...(budget.metadata.generation !== undefined && { observedGeneration: budget.metadata.generation }),
    conditions: withCondition(budget, { ...allowed, message: '' }, nowMs),
  };
  return { status, overdue, recheckAfterMs: soonest(waits) };
}

/** Nothing may be disrupted while it is not known what there is. */
export function failedStatus(budget: PodDisruptionBudget, message: string, nowMs: number): PodDisruptionBudgetStatus {
  const old = budget.status ?? {};
  const conditions = withCondition(budget, { status: 'False', reason: 'SyncFailed', message }, nowMs);
  return { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...old, disruptionsAllowed: 0, conditions };
}

function withCondition(
  { status, metadata }: PodDisruptionBudget,
  text: { readonly status: string; readonly reason: string; readonly message: string },
  nowMs: number,
) {
  const type = 'DisruptionAllowed';
  const old = status?.conditions?.find((condition) => condition.type === type);
  const lastTransitionTime = old?.status === text.status ? old.lastTransitionTime : formatTime(nowMs);
  const observedGeneration = metadata.generation;
  const condition = {
    type,
    ...text,
    lastTransitionTime,
    ...(observedGeneration !== undefined && { observedGeneration }),
  };
  return [...(status?.conditions ?? []).filter((other) => other !== old), condition];
}
