import { formatTime } from '../../api/object.ts';
import type {
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
} from '../../api/schema/generated/types/core-v1.ts';
import { initContainers, initRestartsAfter, isSidecar, latestOf, restartsAfter } from './containers.ts';
import { formatDelay } from './crash-backoff.ts';
import type { Container, ContainerView, Pod, PodMemory, PodView } from './types.ts';

export interface StatusContext {
  readonly pod: Pod;
  readonly view: PodView;
  readonly memory: PodMemory;
  readonly nowMs: number;
  /** What the API has now; it fills in for what the runtime has forgotten. */
  readonly published: readonly ContainerStatus[];
}

/** One container as `kubectl get pod -o yaml` shows it. */
export function containerStatus(
  context: StatusContext,
  container: Container,
  kind: 'init' | 'main' | 'ephemeral',
): ContainerStatus {
  const { view, memory, published } = context;
  const latest = latestOf(view, container.name);
  const earlier = view.containers.find(({ name, id }) => name === container.name && id !== latest?.id);
  const old = published.find(({ name }) => name === container.name);
  const state = stateOf(context, container, kind, latest, old);
  const lastState = lastStateOf(state, latest, earlier, old);
  const findings = latest && memory.probes.get(latest.id);
  const running = latest?.state === 'running';
  const started = running && (findings?.started ?? false) && !memory.postStart.has(latest.id);
  const ended = kind === 'init' && !isSidecar(container);
  const ready = ended ? latest?.state === 'exited' && latest.exitCode === 0 : started && (findings?.ready ?? false);
  const user = latest?.user && kind !== 'ephemeral' ? { linux: userOf(latest.user) } : undefined;
  const mounts = mountsOf(container);
  return {
    ...(latest ? { containerID: containerId(latest) } : old?.containerID && { containerID: old.containerID }),
    image: latest?.image || (old?.image ?? container.image ?? ''),
    imageID: latest?.imageId ?? old?.imageID ?? '',
    lastState,
    name: container.name,
    ready,
    restartCount: latest?.attempt ?? old?.restartCount ?? 0,
    started: ended ? running : started,
    state,
    ...(latest && container.resources?.requests && { allocatedResources: container.resources.requests }),
    ...(latest && container.resources && { resources: container.resources }),
    ...(running && user && { user }),
    ...(mounts.length > 0 && { volumeMounts: mounts }),
    ...(container.lifecycle?.stopSignal && { stopSignal: container.lifecycle.stopSignal }),
  };
}

function stateOf(
  context: StatusContext,
  container: Container,
  kind: 'init' | 'main' | 'ephemeral',
  latest: ContainerView | undefined,
  old: ContainerStatus | undefined,
): ContainerState {
  const { pod, memory, nowMs, view } = context;
  const setback = memory.containerSetbacks.get(container.name);
  if (latest?.state === 'running') return { running: { startedAt: formatTime(latest.startedAtMs) } };
  const ending = memory.termination !== undefined || pod.metadata.deletionTimestamp !== undefined;
  if (latest?.state === 'exited') {
    const again =
      kind === 'ephemeral' || ending
        ? false
        : kind === 'init' && !isSidecar(container)
          ? initRestartsAfter(pod, container, latest.exitCode)
          : isSidecar(container) || restartsAfter(pod, container, latest.exitCode);
    if (!again) return { terminated: terminated(latest) };
    if (setback) return { waiting: { message: setback.message, reason: setback.reason } };
    const backoff = memory.crashBackoffs.get(container.name);
    if (backoff && backoff.delayMs > 0 && latest.finishedAtMs + backoff.delayMs > nowMs) {
      const { name, namespace, uid } = pod.metadata;
      const message = `back-off ${formatDelay(backoff.delayMs)} restarting failed container=${container.name} pod=${name}_${namespace}(${uid})`;
      return { waiting: { message, reason: 'CrashLoopBackOff' } };
    }
    return { terminated: terminated(latest) };
  }
  // Removed from the runtime behind our back: what was published is the best knowledge there is.
  if (!latest && old?.state?.terminated && (ending || view.sandboxes.length === 0))
    return { terminated: old.state.terminated };
  if (!latest && kind === 'main' && memory.termination?.verdict && initialized(pod)) return { terminated: neverSeen };
  if (setback) return { waiting: { message: setback.message, reason: setback.reason } };
  const waitsForInit = kind === 'main' && initContainers(pod).length > 0;
  return { waiting: { reason: waitsForInit || kind === 'init' ? 'PodInitializing' : 'ContainerCreating' } };
}

/** Upstream's words for a container of an ended pod that the runtime does not know. */
const neverSeen: ContainerStateTerminated = {
  exitCode: 137,
  message: 'The container could not be located when the pod was terminated',
  reason: 'ContainerStatusUnknown',
};

function initialized(pod: Pod): boolean {
  const inits = initContainers(pod);
  const last = pod.status?.initContainerStatuses?.at(-1);
  return inits.length === 0 || last?.state?.terminated?.exitCode === 0 || last?.started === true;
}

function lastStateOf(
  state: ContainerState,
  latest: ContainerView | undefined,
  earlier: ContainerView | undefined,
  old: ContainerStatus | undefined,
): ContainerState {
  if (state.waiting && latest?.state === 'exited') return { terminated: terminated(latest) };
  if (earlier?.state === 'exited') return { terminated: terminated(earlier) };
  if (latest && old?.restartCount === latest.attempt && old.lastState?.terminated)
    return { terminated: old.lastState.terminated };
  return {};
}

function terminated(view: ContainerView): ContainerStateTerminated {
  return {
    containerID: containerId(view),
    exitCode: view.exitCode,
    finishedAt: formatTime(view.finishedAtMs),
    ...(view.message && { message: view.message }),
    reason: view.reason || (view.exitCode === 0 ? 'Completed' : 'Error'),
    startedAt: formatTime(Math.max(view.startedAtMs, 0)),
  };
}

function containerId(view: ContainerView): string {
  return `containerd://${view.id}`;
}

function userOf(user: NonNullable<ContainerView['user']>) {
  return {
    uid: user.uid,
    gid: user.gid,
    ...(user.supplementalGroups.length > 0 && { supplementalGroups: user.supplementalGroups }),
  };
}

function mountsOf(container: Container) {
  return (container.volumeMounts ?? []).map((mount) => ({
    mountPath: mount.mountPath,
    name: mount.name,
    ...(mount.readOnly && {
      readOnly: true,
      recursiveReadOnly:
        mount.recursiveReadOnly === 'Enabled' || mount.recursiveReadOnly === 'IfPossible' ? 'Enabled' : 'Disabled',
    }),
  }));
}
