import type { DaemonSet, DaemonSetStatus } from '../../api/schema/generated/types/apps-v1.ts';
import type { Node, Pod } from '../../api/schema/generated/types/core-v1.ts';
import { revisionHashLabel } from '../shared/history.ts';
import { resolveCount } from '../shared/int-or-percent.ts';
import { availableInMs, isAvailable, isReady, soonest } from '../shared/pods.ts';
import { nodeNameOf, type Placement, placementOn } from './nodes.ts';

export interface DaemonWorld {
  readonly set: DaemonSet;
  readonly nodes: readonly Node[];
  /** The set's own pods. */
  readonly pods: readonly Pod[];
  /** The hash that pods of the present template carry. */
  readonly hash: string;
  readonly nowMs: number;
}

export interface DaemonPlan {
  /** Names of nodes that get a pod. */
  readonly create: readonly string[];
  readonly delete: readonly Pod[];
  /** Pods that have ended and are to be removed, so that others take their place; the caller waits before it does. */
  readonly ended: readonly Pod[];
}

interface Place {
  readonly name: string;
  readonly placement: Placement;
  readonly pods: readonly Pod[];
}

const burst = 250;

/** The nodes with their daemon pods, oldest first; pods on nodes that are gone come under names without a placement. */
function placesOf({ set, nodes, pods }: DaemonWorld): readonly Place[] {
  const byNode = new Map<string, Pod[]>();
  for (const pod of [...pods].sort(byCreation)) {
    const name = nodeNameOf(pod);
    if (name === undefined) continue;
    const list = byNode.get(name);
    if (list) list.push(pod);
    else byNode.set(name, [pod]);
  }
  const places = nodes.map((node) => {
    const name = node.metadata.name ?? '';
    return { name, placement: placementOn(set, node), pods: byNode.get(name) ?? [] };
  });
  const known = new Set(places.map(({ name }) => name));
  // The pod garbage collector takes the pods of nodes that are gone; those never bound are the controller's own.
  const lost = [...byNode].filter(([name]) => !known.has(name));
  return [
    ...places,
    ...lost.map(([name, list]) => ({
      name,
      placement: { shouldRun: false, shouldStay: false },
      pods: list.filter((pod) => !pod.spec?.nodeName),
    })),
  ];
}

/** Puts a pod on each node that should have one and takes away what should not be. */
export function planDaemons(world: DaemonWorld): DaemonPlan {
  const create: string[] = [];
  const remove: Pod[] = [];
  const ended: Pod[] = [];
  const canSurge = boundsOf(world).maxSurge > 0;
  for (const { name, placement, pods } of placesOf(world)) {
    const live = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
    if (!placement.shouldStay) {
      remove.push(...live);
      continue;
    }
    if (placement.shouldRun && pods.length === 0) create.push(name);
    const over = live.filter(({ status }) => status?.phase === 'Failed' || status?.phase === 'Succeeded');
    ended.push(...over);
    const running = live.filter((pod) => !over.includes(pod));
    remove.push(...(canSurge ? surplusOfSurge(running, world) : running.slice(1)));
  }
  return { create: create.slice(0, burst), delete: remove.slice(0, burst), ended };
}

/** While one pod relieves another, a node may have one of each template. */
function surplusOfSurge(running: readonly Pod[], world: DaemonWorld): readonly Pod[] {
  const fresh = running.filter((pod) => isFresh(pod, world));
  const old = running.filter((pod) => !isFresh(pod, world));
  const [keeper] = fresh;
  if (keeper && old.length > 0 && isAvailable(keeper, minReady(world), world.nowMs)) return [...fresh.slice(1), ...old];
  return [...fresh.slice(1), ...old.slice(1)];
}

/** The next step of a rolling update: which old pods go, or on which nodes new ones come beside them. */
export function planRollingUpdate(world: DaemonWorld): Pick<DaemonPlan, 'create' | 'delete'> {
  const { maxSurge, maxUnavailable } = boundsOf(world);
  const places = placesOf(world).filter(({ placement, pods }) => placement.shouldRun || pods.length > 0);
  return maxSurge > 0 ? planSurge(world, places, maxSurge) : planReplacement(world, places, maxUnavailable);
}

function planReplacement(world: DaemonWorld, places: readonly Place[], maxUnavailable: number) {
  const alreadyDown: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const { pods } of places) {
    const live = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
    const [only] = live;
    if (live.length !== 1 || !only) unavailable++;
    else if (isFresh(only, world)) unavailable += isAvailable(only, minReady(world), world.nowMs) ? 0 : 1;
    else if (!isAvailable(only, minReady(world), world.nowMs)) {
      unavailable++;
      alreadyDown.push(only);
    } else candidates.push(only);
  }
  const room = Math.max(0, maxUnavailable - unavailable);
  return { create: [], delete: [...alreadyDown, ...candidates.slice(0, room)] };
}

function planSurge(world: DaemonWorld, places: readonly Place[], maxSurge: number) {
  const urgent: string[] = [];
  const candidates: string[] = [];
  const remove: Pod[] = [];
  let surging = 0;
  for (const { name, pods } of places) {
    const live = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
    const fresh = live.find((pod) => isFresh(pod, world));
    const old = live.find((pod) => !isFresh(pod, world));
    if (!old) continue;
    if (!fresh) (isAvailable(old, minReady(world), world.nowMs) ? candidates : urgent).push(name);
    else if (isAvailable(fresh, minReady(world), world.nowMs)) remove.push(old);
    else surging++;
  }
  const room = Math.max(0, maxSurge - surging);
  return { create: [...urgent, ...candidates.slice(0, room)], delete: remove };
}

export function daemonStatus(world: DaemonWorld): {
  readonly status: DaemonSetStatus;
  readonly recheckAfterMs: number | undefined;
} {
  const count = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  const waits: (number | undefined)[] = [];
  const known = new Set(world.nodes.map(({ metadata }) => metadata.name));
  for (const { name, placement, pods } of placesOf(world)) {
    if (!known.has(name)) continue;
    const [oldest] = pods;
    if (!placement.shouldRun) {
      if (oldest) count.misscheduled++;
      continue;
    }
    count.desired++;
    if (!oldest) continue;
    count.current++;
    // While one pod relieves another, either of them serves.
    const serving = pods.find(isReady) ?? oldest;
    const waitMs = availableInMs(serving, minReady(world), world.nowMs);
    waits.push(waitMs);
    if (isReady(serving)) count.ready++;
    if (waitMs === 0) count.available++;
    if (pods.some((pod) => isFresh(pod, world))) count.updated++;
  }
  const { metadata, status: old } = world.set;
  const unavailable = count.desired - count.available;
  return {
    status: {
      currentNumberScheduled: count.current,
      numberMisscheduled: count.misscheduled,
      desiredNumberScheduled: count.desired,
      numberReady: count.ready,
      ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
      ...(count.updated > 0 && { updatedNumberScheduled: count.updated }),
      ...(count.available > 0 && { numberAvailable: count.available }),
      ...(unavailable > 0 && { numberUnavailable: unavailable }),
      ...(old?.collisionCount !== undefined && { collisionCount: old.collisionCount }),
      ...(old?.conditions && { conditions: old.conditions }),
    },
    recheckAfterMs: soonest(waits),
  };
}

function boundsOf({ set, nodes }: DaemonWorld): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const rolling = set.spec?.updateStrategy?.rollingUpdate;
  const desired = nodes.filter((node) => placementOn(set, node).shouldRun).length;
  const maxSurge = resolveCount(rolling?.maxSurge, desired, 'up') ?? 0;
  const maxUnavailable = resolveCount(rolling?.maxUnavailable ?? 1, desired, 'up') ?? 1;
  // Both 0 would forbid every step.
  return { maxSurge, maxUnavailable: desired > 0 && maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
}

function minReady({ set }: DaemonWorld): number {
  return set.spec?.minReadySeconds ?? 0;
}

function isFresh({ metadata }: Pod, { hash }: DaemonWorld): boolean {
  return metadata.labels?.[revisionHashLabel] === hash;
}

function byCreation(a: Pod, b: Pod): number {
  const order = (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '');
  return order || (a.metadata.name ?? '').localeCompare(b.metadata.name ?? '');
}
