import type { ReplicaSet } from '../../api/schema/generated/types/apps-v1.ts';
import {
  type Bounds,
  byCreation,
  desiredReplicasOf,
  maxReplicasOf,
  replicasOf,
  totalAvailable,
  totalReplicas,
} from './sets.ts';

/** New sizes of replica sets; sets that are not in it stay as they are. */
export type Sizes = ReadonlyMap<ReplicaSet, number>;

/** How large the new set may be now. */
export function newSetSize(bounds: Bounds, allSets: readonly ReplicaSet[], current: number): number {
  if (!bounds.isRolling) return bounds.replicas;
  const room = bounds.replicas + bounds.maxSurge - totalReplicas(allSets);
  if (room <= 0) return current;
  return current + Math.min(room, bounds.replicas - current);
}

/** One step of a rolling update at the new set: up as far as the surge allows, or down to the wanted size. */
export function rollNewSet(bounds: Bounds, allSets: readonly ReplicaSet[], newSet: ReplicaSet): Sizes {
  const current = replicasOf(newSet);
  if (current === bounds.replicas) return new Map();
  const size = current > bounds.replicas ? bounds.replicas : newSetSize(bounds, allSets, current);
  return size === current ? new Map() : new Map([[newSet, size]]);
}

/** One step of a rolling update at the old sets: first pods that are not available, then as many as may be missing. */
export function rollOldSets(bounds: Bounds, oldSets: readonly ReplicaSet[], newSet: ReplicaSet): Sizes {
  const sizes = new Map<ReplicaSet, number>();
  const active = oldSets.filter((set) => replicasOf(set) > 0).sort(byCreation);
  const allSets = [...oldSets, newSet];
  const minAvailable = bounds.replicas - bounds.maxUnavailable;
  const newUnavailable = replicasOf(newSet) - (newSet.status?.availableReplicas ?? 0);
  let removable = totalReplicas(allSets) - minAvailable - newUnavailable;
  if (active.length === 0 || removable <= 0) return sizes;
  for (const set of active) {
    const unhealthy = Math.min(removable, replicasOf(set) - (set.status?.availableReplicas ?? 0));
    if (unhealthy <= 0) continue;
    sizes.set(set, replicasOf(set) - unhealthy);
    removable -= unhealthy;
  }
  let spare = totalAvailable(allSets) - minAvailable;
  for (const set of active) {
    const size = sizes.get(set) ?? replicasOf(set);
    const step = Math.min(size, spare);
    if (step <= 0) continue;
    sizes.set(set, size - step);
    spare -= step;
  }
  return sizes;
}

/** Whether the deployment's size was changed since the sets were last sized. */
export function isResized(bounds: Bounds, sets: readonly ReplicaSet[]): boolean {
  return sets.some((set) => {
    const desired = desiredReplicasOf(set);
    return replicasOf(set) > 0 && desired !== undefined && desired !== bounds.replicas;
  });
}

/** New sizes after the deployment was resized: in the middle of a rollout, each set in proportion to its share. */
export function resize(
  bounds: Bounds,
  oldSets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  deploymentReplicas: number,
): Sizes {
  const allSets = newSet ? [...oldSets, newSet] : oldSets;
  const active = allSets.filter((set) => replicasOf(set) > 0);
  const only = active.length > 1 ? undefined : (active[0] ?? newSet ?? [...oldSets].sort(byCreation).at(-1));
  if (only) return new Map([[only, bounds.replicas]]);
  if (newSet && isSaturated(bounds, newSet))
    return new Map(oldSets.filter((set) => replicasOf(set) > 0).map((set) => [set, 0]));
  if (!bounds.isRolling || active.length === 0) return new Map();
  const allowed = bounds.replicas > 0 ? bounds.replicas + bounds.maxSurge : 0;
  const toAdd = allowed - totalReplicas(active);
  const ordered = [...active].sort(
    (a, b) => replicasOf(b) - replicasOf(a) || (toAdd > 0 ? byCreation(b, a) : byCreation(a, b)),
  );
  const sizes = new Map<ReplicaSet, number>();
  let added = 0;
  for (const set of ordered) {
    const share = toAdd === 0 ? 0 : proportion(set, bounds, { toAdd, added, deploymentReplicas });
    sizes.set(set, Math.max(0, replicasOf(set) + share));
    added += share;
  }
  const [largest] = ordered;
  if (largest && toAdd !== 0) sizes.set(largest, Math.max(0, (sizes.get(largest) ?? 0) + toAdd - added));
  return sizes;
}

function isSaturated(bounds: Bounds, set: ReplicaSet): boolean {
  return (
    replicasOf(set) === bounds.replicas &&
    desiredReplicasOf(set) === bounds.replicas &&
    (set.status?.availableReplicas ?? 0) === bounds.replicas
  );
}

function proportion(
  set: ReplicaSet,
  bounds: Bounds,
  { toAdd, added, deploymentReplicas }: { toAdd: number; added: number; deploymentReplicas: number },
): number {
  const left = toAdd - added;
  const share = fraction(set, bounds, deploymentReplicas);
  return toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
}

function fraction(set: ReplicaSet, bounds: Bounds, deploymentReplicas: number): number {
  const size = replicasOf(set);
  if (bounds.replicas === 0) return -size;
  const before = maxReplicasOf(set) || deploymentReplicas;
  if (before === 0) return 0;
  return Math.round((size * (bounds.replicas + bounds.maxSurge)) / before) - size;
}
