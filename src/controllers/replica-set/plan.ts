import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { availableInMs, isActive, isReady, isTerminating, soonest } from '../shared/pods.ts';
import { setCondition, withoutCondition } from '../shared/status.ts';
import { deletionOrder } from './rank.ts';

/** What ReplicaSet and ReplicationController have in common. */
export interface ReplicaOwner {
  readonly generation?: number;
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly templateLabels: Readonly<Record<string, string>>;
  readonly isLeaving: boolean;
}

export interface ReplicaPlan {
  readonly create: number;
  readonly delete: readonly Pod[];
}

/** Most pods made or removed in one go; the next look does the rest. */
const burstReplicas = 500;

/** How many pods to make, or which to remove. `pods` are the owner's, whatever their state. */
export function planReplicas(
  owner: ReplicaOwner,
  pods: readonly Pod[],
  rank: { readonly relatedPods: readonly Pod[]; readonly nowMs: number },
): ReplicaPlan {
  const active = pods.filter(isActive);
  const missing = owner.replicas - active.length;
  if (owner.isLeaving || missing === 0) return { create: 0, delete: [] };
  if (missing > 0) return { create: Math.min(missing, burstReplicas), delete: [] };
  const surplus = Math.min(-missing, burstReplicas);
  if (surplus >= active.length) return { create: 0, delete: active };
  const podsOnNode = new Map<string, number>();
  for (const pod of rank.relatedPods) {
    const node = pod.spec?.nodeName;
    if (node && isActive(pod)) podsOnNode.set(node, (podsOnNode.get(node) ?? 0) + 1);
  }
  return { create: 0, delete: deletionOrder(active, { podsOnNode, nowMs: rank.nowMs }).slice(0, surplus) };
}

export interface ReplicaStatus {
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly ReplicaCondition[];
}

interface ReplicaCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export interface ReplicaFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

/** The status that the pods show; `recheckAfterMs` is when the next pod becomes available. */
export function replicaStatus(
  owner: ReplicaOwner,
  pods: readonly Pod[],
  options: {
    readonly old: ReplicaStatus | undefined;
    readonly failure: ReplicaFailure | undefined;
    readonly nowMs: number;
  },
): { readonly status: ReplicaStatus; readonly recheckAfterMs: number | undefined } {
  const active = pods.filter(isActive);
  const waits = active.map((pod) => availableInMs(pod, owner.minReadySeconds, options.nowMs));
  const labels = Object.entries(owner.templateLabels);
  const counts = {
    fullyLabeledReplicas: active.filter((pod) => labels.every(([name, value]) => pod.metadata.labels?.[name] === value))
      .length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: waits.filter((wait) => wait === 0).length,
    terminatingReplicas: pods.filter(isTerminating).length,
  };
  const conditions = failureConditions(options.old?.conditions, options.failure, options.nowMs);
  const status: ReplicaStatus = {
    replicas: active.length,
    ...withoutZeros(counts, ['terminatingReplicas']),
    ...(owner.generation !== undefined && { observedGeneration: owner.generation }),
    ...(conditions.length > 0 && { conditions }),
  };
  return { status, recheckAfterMs: soonest(waits) };
}

function failureConditions(
  old: readonly ReplicaCondition[] | undefined,
  failure: ReplicaFailure | undefined,
  nowMs: number,
): readonly ReplicaCondition[] {
  if (!failure) return withoutCondition(old, 'ReplicaFailure');
  if (old?.some((condition) => condition.type === 'ReplicaFailure')) return old;
  return setCondition(old, { type: 'ReplicaFailure', status: 'True', ...failure }, nowMs);
}

/** Counts of 0 are left out, as upstream writes them, but for those in `kept`. */
function withoutZeros<Counts extends Readonly<Record<string, number>>>(
  counts: Counts,
  kept: readonly string[],
): Partial<Counts> {
  return Object.fromEntries(
    Object.entries(counts).filter(([name, count]) => count !== 0 || kept.includes(name)),
  ) as Partial<Counts>;
}
