import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { isReady, podCondition, timeMs } from '../shared/pods.ts';

const phaseRank: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** A controller annotation that users set to say which pods should go first; lower goes first. */
const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost';

export interface RankContext {
  /** Pods of the same application on each node; a pod on a crowded node goes first. */
  readonly podsOnNode: ReadonlyMap<string, number>;
  readonly nowMs: number;
}

/** The pods in the order in which a scale-down should take them, as upstream ranks them. */
export function deletionOrder(pods: readonly Pod[], context: RankContext): readonly Pod[] {
  return [...pods].sort((a, b) => compare(a, b, context));
}

function compare(a: Pod, b: Pod, { podsOnNode, nowMs }: RankContext): number {
  const steps: readonly (() => number)[] = [
    // not yet assigned to a node
    () => Number(Boolean(a.spec?.nodeName)) - Number(Boolean(b.spec?.nodeName)),
    () => (phaseRank[a.status?.phase ?? ''] ?? 0) - (phaseRank[b.status?.phase ?? ''] ?? 0),
    () => Number(isReady(a)) - Number(isReady(b)),
    () => deletionCost(a) - deletionCost(b),
    () => (podsOnNode.get(b.spec?.nodeName ?? '') ?? 0) - (podsOnNode.get(a.spec?.nodeName ?? '') ?? 0),
    () => (isReady(a) && isReady(b) ? compareAges(readySince(a), readySince(b), a, b, nowMs) : 0),
    () => mostRestarts(b) - mostRestarts(a),
    () => compareAges(timeMs(a.metadata.creationTimestamp), timeMs(b.metadata.creationTimestamp), a, b, nowMs),
  ];
  for (const step of steps) {
    const order = step();
    if (order !== 0) return order;
  }
  return 0;
}

/** Younger first, on a logarithmic scale: among pods of about the same age the choice is arbitrary but stable. */
function compareAges(a: number | undefined, b: number | undefined, podA: Pod, podB: Pod, nowMs: number): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const rankOf = (sinceMs: number) => Math.floor(Math.log2(Math.max(1, nowMs - sinceMs) * 1e6));
  return rankOf(a) - rankOf(b) || ((podA.metadata.uid ?? '') < (podB.metadata.uid ?? '') ? -1 : 1);
}

function readySince(pod: Pod): number | undefined {
  return timeMs(podCondition(pod, 'Ready')?.lastTransitionTime);
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[deletionCostAnnotation] ?? '0';
  return /^(0|-?[1-9]\d{0,9})$/.test(text) ? Number(text) : 0;
}

function mostRestarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount));
}
