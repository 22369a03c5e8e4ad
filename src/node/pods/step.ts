import {
  allContainers,
  ephemeralContainers,
  hasInitialized,
  initContainers,
  initRestartsAfter,
  isSidecar,
  latestIn,
  latestOf,
  mainContainers,
  readySandbox,
  restartsAfter,
} from './containers.ts';
import { nextCrashBackoff } from './crash-backoff.ts';
import { specHash } from './hash.ts';
import { graceOf, Plan } from './plan.ts';
import { stepTermination } from './terminate.ts';
import type { Container, ContainerView, Pod, PodMemory, PodView, SandboxView, Step } from './types.ts';

/**
 * The pod life cycle as one pure function: from what is wanted, what the runtime reports, the time and what is
 * remembered, to where the pod is and what to do next. Called again after every change; doing nothing is the common
 * answer. Source: the Kubernetes pages "Pod Lifecycle" and "Sidecar Containers", KEP-753, KEP-5307.
 */
export function step(pod: Pod, view: PodView, nowMs: number, memory: PodMemory): Step {
  const plan = new Plan(pod, view, nowMs, memory);
  const deleted = pod.metadata.deletionTimestamp !== undefined;
  if (memory.rejection && !deleted) return plan.result({ stage: 'rejected' });
  if (memory.termination || deleted || isTerminal(pod)) return stepTermination(plan);
  if (isFinished(pod, view, memory)) return stepTermination(plan);
  const deadlineAtMs = activeDeadline(pod);
  if (deadlineAtMs !== undefined) plan.recheckAt(deadlineAtMs);
  removeOldContainers(plan);
  const sandbox = readySandbox(view);
  if (!sandbox) return prepareSandbox(plan);
  return stepContainers(plan, sandbox);
}

/** Its published status says that it is over: nothing of it is ever started again. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Whether every container has ended for good, by the runtime's word. */
export function isFinished(pod: Pod, view: PodView, memory: PodMemory): boolean {
  const failedInit = initContainers(pod).some((container) => {
    const latest = latestOf(view, container.name);
    return (
      !isSidecar(container) &&
      latest?.state === 'exited' &&
      latest.exitCode !== 0 &&
      !initRestartsAfter(pod, container, latest.exitCode)
    );
  });
  if (failedInit && !hasInitialized(pod, view, view.sandboxes[0])) return true;
  return mainContainers(pod).every((container) => {
    const latest = latestOf(view, container.name);
    return (
      latest?.state === 'exited' && !restartsAfter(pod, container, latest.exitCode) && !memory.postStart.has(latest.id)
    );
  });
}

function activeDeadline(pod: Pod): number | undefined {
  const seconds = pod.spec?.activeDeadlineSeconds;
  const startTime = pod.status?.startTime;
  return seconds === undefined || startTime === undefined ? undefined : Date.parse(startTime) + seconds * 1000;
}

/** Whether the pod has been active for longer than it may. */
export function pastActiveDeadline(pod: Pod, nowMs: number): boolean {
  const atMs = activeDeadline(pod);
  return atMs !== undefined && nowMs >= atMs;
}

/** One ended instance of each container is kept, for `logs --previous` and the last state. */
function removeOldContainers(plan: Plan): void {
  const seen = new Map<string, number>();
  for (const container of plan.view.containers) {
    const newer = seen.get(container.name) ?? 0;
    seen.set(container.name, newer + 1);
    if (newer >= 2 && container.state !== 'running') plan.actions.push({ type: 'removeContainer', id: container.id });
  }
  if (readySandbox(plan.view))
    for (const old of plan.view.sandboxes.slice(1))
      if (!old.ready && !plan.view.containers.some(({ sandboxId }) => sandboxId === old.id))
        plan.actions.push({ type: 'removeSandbox', id: old.id });
}

/** No sandbox yet, or it died. What the pod needs before its first container is prepared together. */
function prepareSandbox(plan: Plan): Step {
  const { pod, view, memory } = plan;
  const dead = view.sandboxes[0];
  const running = view.containers.filter(({ state }) => state === 'running' || state === 'unknown');
  for (const container of running)
    plan.actions.push({
      type: 'stopContainer',
      view: container,
      graceSeconds: graceOf(pod),
      message: 'Pod sandbox changed, it will be killed and re-created.',
    });
  for (const old of view.sandboxes.filter(({ ready }) => ready)) plan.actions.push({ type: 'stopSandbox', id: old.id });
  if (running.length === 0 && plan.due(memory.sandboxSetback?.retryAtMs))
    plan.actions.push({ type: 'createSandbox', attempt: dead ? dead.attempt + 1 : 0 });
  prepareVolumes(plan);
  const first = initContainers(pod).length > 0 ? initContainers(pod).slice(0, 1) : mainContainers(pod);
  for (const container of first) ensureImage(plan, container);
  return plan.result({ stage: 'preparing' });
}

function prepareVolumes(plan: Plan): void {
  if (plan.memory.volumes === 'missing' && plan.due(plan.memory.volumesSetback?.retryAtMs))
    plan.actions.push({ type: 'prepareVolumes' });
}

/** True when the image is there; otherwise asks for it, once. */
function ensureImage(plan: Plan, container: Container): boolean {
  if (plan.memory.images.has(container.name)) return true;
  const asked = plan.actions.some(
    (action) => action.type === 'ensureImage' && action.container.name === container.name,
  );
  if (!asked && plan.due(plan.memory.containerSetbacks.get(container.name)?.retryAtMs))
    plan.actions.push({ type: 'ensureImage', container });
  return false;
}

function stepContainers(plan: Plan, sandbox: SandboxView): Step {
  const { pod, view } = plan;
  prepareVolumes(plan);
  const initialized = stepInit(plan, sandbox);
  for (const container of ephemeralContainers(pod))
    if (!latestOf(view, container.name)) start(plan, container, sandbox);
  if (!initialized) return plan.result({ stage: 'initializing' });
  for (const container of mainContainers(pod)) stepMain(plan, container, sandbox);
  return plan.result({ stage: 'running' });
}

/**
 * Init containers run one after the other; a sidecar must have started before the next begins. True when all are done.
 * Once a main container exists in this sandbox only the sidecars are looked after.
 */
function stepInit(plan: Plan, sandbox: SandboxView): boolean {
  const { pod, view, memory } = plan;
  const over = hasInitialized(pod, view, sandbox);
  for (const container of initContainers(pod)) {
    const latest = latestIn(view, sandbox, container.name);
    if (isSidecar(container)) {
      if (latest?.state === 'running') {
        if (stopUnhealthy(plan, container, latest)) return over;
        if (over || (memory.probes.get(latest.id)?.started ?? false)) continue;
        return false;
      }
      if (latest?.state !== 'created') restart(plan, container, sandbox);
      if (!over) return false;
    } else if (!over) {
      if (latest?.state === 'exited' && latest.exitCode === 0) continue;
      if (latest === undefined || latest.state === 'exited') restart(plan, container, sandbox);
      return false;
    }
  }
  return true;
}

function stepMain(plan: Plan, container: Container, sandbox: SandboxView): void {
  const latest = latestIn(plan.view, sandbox, container.name);
  if (latest?.state === 'running') {
    if (stopUnhealthy(plan, container, latest)) return;
    if (latest.specHash !== specHash(container))
      plan.actions.push({
        type: 'stopContainer',
        view: latest,
        graceSeconds: graceOf(plan.pod),
        message: `Container ${container.name} definition changed, will be restarted`,
      });
    return;
  }
  if (latest?.state === 'created' && plan.memory.postStart.has(latest.id)) return;
  const previous = latest ?? latestOf(plan.view, container.name);
  if (previous?.state === 'exited' && !restartsAfter(plan.pod, container, previous.exitCode)) return;
  restart(plan, container, sandbox);
}

function stopUnhealthy(plan: Plan, container: Container, latest: ContainerView): boolean {
  const failed = plan.memory.probes.get(latest.id)?.failed;
  if (!failed) return false;
  const graceSeconds = failed.graceSeconds ?? graceOf(plan.pod);
  const fate = isSidecar(container) || restartsAfter(plan.pod, container, 137) ? ', will be restarted' : '';
  plan.actions.push({ type: 'stopContainer', view: latest, graceSeconds, message: `${failed.message}${fate}` });
  return true;
}

/** Starts a container now, or after its back-off when it has ended before. */
function restart(plan: Plan, container: Container, sandbox: SandboxView): void {
  const previous = latestOf(plan.view, container.name);
  if (previous?.state === 'exited') {
    const backoff = nextCrashBackoff(plan.memory.crashBackoffs.get(container.name), previous);
    plan.crashBackoffs.set(container.name, backoff);
    if (!plan.due(previous.finishedAtMs + backoff.delayMs)) return;
  }
  start(plan, container, sandbox);
}

function start(plan: Plan, container: Container, sandbox: SandboxView): void {
  const { view, memory } = plan;
  if (!ensureImage(plan, container) || memory.volumes !== 'ready') return;
  if (!plan.due(memory.containerSetbacks.get(container.name)?.retryAtMs)) return;
  const previous = latestOf(view, container.name);
  const attempt = previous ? previous.attempt + (previous.state === 'created' ? 0 : 1) : 0;
  // A container that was made but never started (the agent died in between) is made anew.
  if (previous?.state === 'created') plan.actions.push({ type: 'removeContainer', id: previous.id });
  plan.actions.push({ type: 'startContainer', container, attempt, sandbox });
}

/** Containers of the runtime that belong to this pod's spec, by name. */
export function knownContainer(pod: Pod, name: string): Container | undefined {
  return allContainers(pod).find((container) => container.name === name);
}
