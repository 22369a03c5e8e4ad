import { formatTime } from '../../api/object.ts';
import type { ContainerStatus, PodCondition } from '../../api/schema/generated/types/core-v1.ts';
import { podConditions } from './conditions.ts';
import { containerStatus, type StatusContext } from './container-status.ts';
import { ephemeralContainers, initContainers, isSidecar, mainContainers, readySandbox } from './containers.ts';
import { ownConditions } from './publisher.ts';
import { qosClassOf } from './qos.ts';
import { isTerminal } from './step.ts';
import type { Pod, PodMemory, PodStatus, PodView } from './types.ts';

export interface StatusInput {
  readonly pod: Pod;
  readonly view: PodView;
  readonly memory: PodMemory;
  readonly nowMs: number;
  /** Addresses of the node; with the host's network they are the pod's, too. */
  readonly hostIps: readonly string[];
}

/** The status to publish. Pure: the same input gives the same status, so that nothing is written when nothing changed. */
export function podStatus(input: StatusInput): PodStatus {
  const { pod, view, memory, nowMs, hostIps } = input;
  const old = pod.status;
  const generation = pod.metadata.generation;
  if (memory.rejection)
    return {
      ...old,
      ...(generation !== undefined && { observedGeneration: generation }),
      phase: 'Failed',
      reason: memory.rejection.reason,
      message: memory.rejection.message,
      qosClass: qosClassOf(pod),
      startTime: old?.startTime ?? formatTime(nowMs),
    };
  const context = (published: readonly ContainerStatus[] | undefined): StatusContext => ({
    pod,
    view,
    memory,
    nowMs,
    published: published ?? [],
  });
  const inits = initContainers(pod).map((container) =>
    containerStatus(context(old?.initContainerStatuses), container, 'init'),
  );
  const mains = mainContainers(pod).map((container) =>
    containerStatus(context(old?.containerStatuses), container, 'main'),
  );
  const ephemerals = ephemeralContainers(pod).map((container) =>
    containerStatus(context(old?.ephemeralContainerStatuses), container, 'ephemeral'),
  );
  const phase = phaseOf(pod, memory, inits, mains);
  const sandbox = readySandbox(view);
  const ips = pod.spec?.hostNetwork ? (sandbox ? hostIps : []) : (sandbox?.ips ?? []);
  const podIps = ips.length > 0 ? ips : (old?.podIPs ?? []).map(({ ip }) => ip);
  const verdict =
    memory.termination?.verdict ??
    (old?.reason !== undefined ? { reason: old.reason, message: old.message ?? '' } : undefined);
  const conditions = podConditions({
    pod,
    phase,
    inits,
    mains,
    sandboxReady: sandbox !== undefined && (pod.spec?.hostNetwork === true || ips.length > 0),
    nowMs,
    deleting: memory.termination,
  });
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    phase,
    conditions: [...conditions, ...foreignConditions(old?.conditions)],
    ...(verdict && { reason: verdict.reason, message: verdict.message }),
    ...(hostIps[0] !== undefined && { hostIP: hostIps[0], hostIPs: hostIps.map((ip) => ({ ip })) }),
    ...(podIps[0] !== undefined && { podIP: podIps[0], podIPs: podIps.map((ip) => ({ ip })) }),
    startTime: old?.startTime ?? formatTime(nowMs),
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: mains,
    ...(ephemerals.length > 0 && { ephemeralContainerStatuses: ephemerals }),
    qosClass: qosClassOf(pod),
    ...(old?.nominatedNodeName !== undefined && { nominatedNodeName: old.nominatedNodeName }),
    ...(old?.resourceClaimStatuses && { resourceClaimStatuses: old.resourceClaimStatuses }),
  };
}

/** The API's pod with the node's own newer status: what others set (conditions of theirs) comes from the API. */
export function withOwnStatus(pod: Pod, status: PodStatus): Pod {
  const own = (status.conditions ?? []).filter(({ type }) => ownConditions.has(type));
  return { ...pod, status: { ...status, conditions: [...own, ...foreignConditions(pod.status?.conditions)] } };
}

/** Conditions that others set (readiness gates, DisruptionTarget) stay as they are. */
function foreignConditions(conditions: readonly PodCondition[] | undefined): readonly PodCondition[] {
  return (conditions ?? []).filter(({ type }) => !ownConditions.has(type));
}

/** Source: "Pod Lifecycle", section on the phase. */
function phaseOf(
  pod: Pod,
  memory: PodMemory,
  inits: readonly ContainerStatus[],
  mains: readonly ContainerStatus[],
): string {
  const old = pod.status?.phase;
  const policy = pod.spec?.restartPolicy ?? 'Always';
  if (isTerminal(pod) && old) return old;
  const allEnded = [...mains, ...inits].every(({ state }) => !state?.running);
  if (memory.termination?.verdict && allEnded) return 'Failed';
  const mainEnded = mains.filter(({ state, lastState }) => state?.terminated ?? lastState?.terminated);
  const anyMain = mains.some(({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated);
  if (!anyMain) {
    const blocked = initContainers(pod).some((container, index) => {
      const state = inits[index]?.state;
      return !isSidecar(container) && state?.terminated !== undefined && state.terminated.exitCode !== 0;
    });
    if (blocked && (policy === 'Never' || memory.termination))
      return memory.termination && policy !== 'Never' ? 'Pending' : 'Failed';
    return 'Pending';
  }
  const neverStarted = mains.some(({ state, lastState }) => state?.waiting && !lastState?.terminated);
  const running = mains.some(({ state }) => state?.running);
  const sidecarsRun = inits.some(
    ({ state }, index) => state?.running && isSidecar(initContainers(pod)[index] ?? { name: '' }),
  );
  // One that has never started keeps the whole pod Pending, though others run.
  if (neverStarted) return memory.termination ? (old ?? 'Pending') : 'Pending';
  if (running) return 'Running';
  const stoppedForGood = mains.every(({ state }) => state?.terminated);
  const succeeded = mainEnded.every(
    ({ state, lastState }) => (state?.terminated ?? lastState?.terminated)?.exitCode === 0,
  );
  if (!stoppedForGood) return 'Running';
  if (sidecarsRun) return 'Running';
  const deleting = memory.termination !== undefined || pod.metadata.deletionTimestamp !== undefined;
  if (policy === 'Always' && !deleting) return 'Running';
  if (succeeded) return 'Succeeded';
  return policy === 'OnFailure' && !deleting ? 'Running' : 'Failed';
}
