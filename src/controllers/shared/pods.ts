import type { Pod, PodCondition } from '../../api/schema/generated/types/core-v1.ts';

/** Succeeded or failed: its containers will not run again. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Neither finished nor being deleted. */
export function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && !pod.metadata.deletionTimestamp;
}

/** Being deleted, with containers that may still run. */
export function isTerminating(pod: Pod): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;
}

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** Milliseconds until the pod counts as available: 0 when it does, undefined while it is not ready. */
export function availableInMs(pod: Pod, minReadySeconds: number, nowMs: number): number | undefined {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True') return undefined;
  if (minReadySeconds === 0) return 0;
  const sinceMs = timeMs(ready.lastTransitionTime);
  return sinceMs === undefined ? undefined : Math.max(0, sinceMs + minReadySeconds * 1_000 - nowMs);
}

export function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  return availableInMs(pod, minReadySeconds, nowMs) === 0;
}

/** The milliseconds of an API time; undefined when it is not set. */
export function timeMs(time: string | undefined | null): number | undefined {
  return time ? Date.parse(time) : undefined;
}

/** The smallest of the waits that are set and greater than 0. */
export function soonest(waits: Iterable<number | undefined>): number | undefined {
  let least: number | undefined;
  for (const wait of waits) if (wait !== undefined && wait > 0 && (least === undefined || wait < least)) least = wait;
  return least;
}
