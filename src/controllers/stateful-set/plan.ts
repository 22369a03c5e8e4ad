import type { StatefulSet, StatefulSetStatus } from '../../api/schema/generated/types/apps-v1.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { resolveCount } from '../shared/int-or-percent.ts';
import { availableInMs, isReady, soonest } from '../shared/pods.ts';
import { ordinalOf, podRevision, startOrdinal } from './identity.ts';

export interface StatefulWorld {
  readonly set: StatefulSet;
  /** The set's own pods. */
  readonly pods: readonly Pod[];
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly nowMs: number;
}

export type Step =
  /** `isUpdate`: of the update revision, else of the current one. */
  | { readonly type: 'create'; readonly ordinal: number; readonly isUpdate: boolean }
  | { readonly type: 'delete'; readonly pod: Pod; readonly why: 'ended' | 'scale-down' | 'update' };

export interface StatefulPlan {
  readonly steps: readonly Step[];
  /** Members that stay: their claims and labels are kept right. */
  readonly members: readonly { readonly ordinal: number; readonly pod: Pod }[];
  /** Members beyond the wanted number, highest first. */
  readonly condemned: readonly { readonly ordinal: number; readonly pod: Pod }[];
}

/** The next steps. Ordered sets take one at a time, and wait until what is there is well; parallel ones take all. */
export function planStatefulSet(world: StatefulWorld): StatefulPlan {
  const { set } = world;
  const { members, condemned, missing } = sort(world);
  const steps: Step[] = [];
  const result = { steps, members, condemned };
  if (set.metadata.deletionTimestamp) return result;
  const isOrdered = set.spec?.podManagementPolicy !== 'Parallel';
  const byOrdinal = new Map(members.map((member) => [member.ordinal, member.pod]));
  const ordinals = [...byOrdinal.keys(), ...missing].sort((a, b) => a - b);
  for (const ordinal of ordinals) {
    const pod = byOrdinal.get(ordinal);
    if (!pod) {
      steps.push({ type: 'create', ordinal, isUpdate: !isMadeFromCurrent(set, ordinal) });
      if (isOrdered) return result;
    } else if (hasEnded(pod) && !pod.metadata.deletionTimestamp) {
      steps.push({ type: 'delete', pod, why: 'ended' });
      if (isOrdered) return result;
    } else if (isOrdered && !isWell(pod, world)) return result;
  }
  const firstUnwell = [...members, ...condemned]
    .sort((a, b) => a.ordinal - b.ordinal)
    .find(({ pod }) => !isWell(pod, world));
  for (const { pod } of condemned) {
    if (pod.metadata.deletionTimestamp) {
      if (isOrdered) return result;
      continue;
    }
    if (isOrdered && !isWell(pod, world) && pod !== firstUnwell?.pod) return result;
    steps.push({ type: 'delete', pod, why: 'scale-down' });
    if (isOrdered) return result;
  }
  if (set.spec?.updateStrategy?.type !== 'OnDelete' && steps.length === 0) steps.push(...updates(world, members));
  return result;
}

/** Old members to take away, from the highest ordinal down to the partition, while few enough are unwell. */
function updates(world: StatefulWorld, members: readonly { readonly ordinal: number; readonly pod: Pod }[]): Step[] {
  const { set, updateRevision } = world;
  const rolling = set.spec?.updateStrategy?.rollingUpdate;
  const from = startOrdinal(set) + (rolling?.partition ?? 0);
  const replicas = set.spec?.replicas ?? 1;
  const limit = Math.max(1, resolveCount(rolling?.maxUnavailable, replicas, 'down') ?? 1);
  const unwell = members.filter(({ pod }) => !isWell(pod, world));
  const steps: Step[] = [];
  let room = limit - unwell.length;
  for (const { ordinal, pod } of [...members].sort((a, b) => b.ordinal - a.ordinal)) {
    if (ordinal < from) break;
    const isOld = podRevision(pod) !== updateRevision && !pod.metadata.deletionTimestamp;
    // An old pod that is unwell makes nothing worse by going: a broken rollout can be mended.
    if (isOld && !isWell(pod, world) && steps.length < limit) steps.push({ type: 'delete', pod, why: 'update' });
    else if (isOld && room > 0) {
      steps.push({ type: 'delete', pod, why: 'update' });
      room--;
    } else if (isOld || (limit === 1 && !isWell(pod, world))) break;
    if (limit === 1 && steps.length > 0) break;
  }
  return steps;
}

/** During a partitioned rollout, members below the partition are made from the current revision. */
function isMadeFromCurrent(set: StatefulSet, ordinal: number): boolean {
  const strategy = set.spec?.updateStrategy;
  if (strategy?.type === 'OnDelete') return false;
  const partition = strategy?.rollingUpdate
    ? (strategy.rollingUpdate.partition ?? 0)
    : (set.status?.currentReplicas ?? 0);
  return ordinal < startOrdinal(set) + partition;
}

function sort({ set, pods }: StatefulWorld) {
  const start = startOrdinal(set);
  const end = start + (set.spec?.replicas ?? 1);
  const members: { ordinal: number; pod: Pod }[] = [];
  const condemned: { ordinal: number; pod: Pod }[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal === undefined) continue;
    (ordinal >= start && ordinal < end ? members : condemned).push({ ordinal, pod });
  }
  const present = new Set(members.map(({ ordinal }) => ordinal));
  const missing: number[] = [];
  for (let ordinal = start; ordinal < end; ordinal++) if (!present.has(ordinal)) missing.push(ordinal);
  members.sort((a, b) => a.ordinal - b.ordinal);
  condemned.sort((a, b) => b.ordinal - a.ordinal);
  return { members, condemned, missing };
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded';
}

/** Running, ready for long enough, and not going. */
function isWell(pod: Pod, { set, nowMs }: StatefulWorld): boolean {
  return (
    pod.status?.phase === 'Running' &&
    !pod.metadata.deletionTimestamp &&
    availableInMs(pod, set.spec?.minReadySeconds ?? 0, nowMs) === 0
  );
}

export function statefulStatus(world: StatefulWorld): {
  readonly status: StatefulSetStatus;
  readonly recheckAfterMs: number | undefined;
} {
  const { set, pods, updateRevision } = world;
  let { currentRevision } = world;
  const members = pods.filter((pod) => ordinalOf(set, pod) !== undefined);
  const isRunning = (pod: Pod) => pod.status?.phase === 'Running' && isReady(pod);
  const waits = members.map((pod) =>
    isRunning(pod) ? availableInMs(pod, set.spec?.minReadySeconds ?? 0, world.nowMs) : undefined,
  );
  const settled = members.filter(({ metadata }) => !metadata.deletionTimestamp);
  const readyReplicas = members.filter(isRunning).length;
  const updatedReplicas = settled.filter((pod) => podRevision(pod) === updateRevision).length;
  let currentReplicas = settled.filter((pod) => podRevision(pod) === currentRevision).length;
  const isRolling = set.spec?.updateStrategy?.type !== 'OnDelete';
  const wanted = set.spec?.replicas ?? 1;
  if (
    isRolling &&
    updatedReplicas === members.length &&
    readyReplicas === members.length &&
    members.length === wanted
  ) {
    currentRevision = updateRevision;
    currentReplicas = updatedReplicas;
  }
  const counts = { readyReplicas, currentReplicas, updatedReplicas };
  const { metadata, status: old } = set;
  return {
    status: {
      ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
      replicas: members.length,
      ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      availableReplicas: waits.filter((wait) => wait === 0).length,
      currentRevision,
      updateRevision,
      collisionCount: old?.collisionCount ?? 0,
      ...(old?.conditions && { conditions: old.conditions }),
    },
    recheckAfterMs: soonest(waits),
  };
}
