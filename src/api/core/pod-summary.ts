import type { ContainerState, ContainerStatus, Pod } from '../schema/generated/types/core-v1.ts';

/** What `kubectl get pods` tells of a pod's containers. */
export interface PodSummary {
  readonly readyContainers: number;
  readonly totalContainers: number;
  readonly reason: string;
  readonly restarts: number;
  /** RFC 3339; absent where nothing was restarted or nothing is known of it. */
  readonly lastRestart?: string | undefined;
}

/** Sums up the containers' states into one line, as upstream's printer does. */
export function summarizePod(pod: Pod): PodSummary {
  const sidecars = sidecarNames(pod);
  const init = summarizeInit(pod, sidecars);
  const initialized = conditionIsTrue(pod, 'Initialized');
  const main =
    init.reason === undefined || initialized ? summarizeMain(pod, init.reason ?? phaseReason(pod)) : undefined;
  const sidecarStatuses = (pod.status?.initContainerStatuses ?? [])
    .slice(0, init.seen)
    .filter(({ name }) => sidecars.has(name));
  const counted = main
    ? [...sidecarStatuses, ...(pod.status?.containerStatuses ?? [])]
    : (pod.status?.initContainerStatuses ?? []).slice(0, init.seen);
  return {
    readyContainers: init.ready + (main?.ready ?? 0),
    totalContainers: (pod.spec?.containers?.length ?? 0) + sidecars.size,
    reason: deletionReason(pod) ?? main?.reason ?? init.reason ?? phaseReason(pod),
    restarts: counted.reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0),
    lastRestart: lastRestartOf(counted),
  };
}

function sidecarNames(pod: Pod): ReadonlySet<string> {
  const names = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return new Set(names.map(({ name }) => name));
}

function phaseReason({ status }: Pod): string {
  const gated = status?.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated');
  return gated ? 'SchedulingGated' : status?.reason || status?.phase || '';
}

/** `reason` is set while initialization is going on or has failed; `seen` counts the containers looked at. */
function summarizeInit(pod: Pod, sidecars: ReadonlySet<string>) {
  const statuses = pod.status?.initContainerStatuses ?? [];
  const total = pod.spec?.initContainers?.length ?? 0;
  let ready = 0;
  for (const [index, { name, started, ready: isReady, state }] of statuses.entries()) {
    if (state?.terminated?.exitCode === 0) continue;
    if (sidecars.has(name) && started) {
      if (isReady) ready++;
      continue;
    }
    return { ready, seen: index + 1, reason: `Init:${initProblem(state) ?? `${index}/${total}`}` };
  }
  return { ready, seen: statuses.length, reason: undefined };
}

function initProblem(state: ContainerState | undefined): string | undefined {
  if (state?.terminated) return terminationReason(state.terminated);
  const reason = state?.waiting?.reason;
  return reason && reason !== 'PodInitializing' ? reason : undefined;
}

function terminationReason({ reason, signal, exitCode }: NonNullable<ContainerState['terminated']>): string {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

/** The first container that is not simply running names the reason. */
function summarizeMain(pod: Pod, otherwise: string) {
  let reason = otherwise;
  let ready = 0;
  for (const { state, ready: isReady } of (pod.status?.containerStatuses ?? []).toReversed()) {
    if (state?.waiting?.reason) reason = state.waiting.reason;
    else if (state?.terminated) reason = terminationReason(state.terminated);
    else if (isReady && state?.running) ready++;
  }
  if (reason === 'Completed' && ready > 0) reason = conditionIsTrue(pod, 'Ready') ? 'Running' : 'NotReady';
  return { reason, ready };
}

function deletionReason({ metadata, status }: Pod): string | undefined {
  if (!metadata.deletionTimestamp) return undefined;
  if (status?.reason === 'NodeLost') return 'Unknown';
  return status?.phase === 'Succeeded' || status?.phase === 'Failed' ? undefined : 'Terminating';
}

function conditionIsTrue({ status }: Pod, wanted: string): boolean {
  return status?.conditions?.find(({ type }) => type === wanted)?.status === 'True';
}

function lastRestartOf(statuses: readonly ContainerStatus[]): string | undefined {
  const ends = statuses.flatMap(({ lastState }) => lastState?.terminated?.finishedAt ?? []);
  return ends.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1);
}
