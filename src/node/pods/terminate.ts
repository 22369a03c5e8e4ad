import { initContainers, isSidecar } from './containers.ts';
import { graceOf, type Plan } from './plan.ts';
import type { ContainerView, Step } from './types.ts';

/** Grace that every container gets even when the pod's time is up: upstream's minimum. */
const leastGraceSeconds = 2;

/**
 * Brings a pod to its end: containers first (sidecars after the others, last started first), then the sandbox, then
 * what lies on disk, then, if it was deleted, its object.
 */
export function stepTermination(plan: Plan): Step {
  const { pod, view, memory } = plan;
  const deleted = pod.metadata.deletionTimestamp !== undefined;
  const running = view.containers.filter(({ state }) => state === 'running' || state === 'unknown');
  if (running.length > 0) {
    const message = (container: ContainerView) => `Stopping container ${container.name}`;
    for (const container of stopNow(plan, running))
      plan.actions.push({
        type: 'stopContainer',
        view: container,
        graceSeconds: graceLeft(plan),
        message: message(container),
      });
    return plan.result({ stage: 'terminating' });
  }
  for (const sandbox of view.sandboxes) if (sandbox.ready) plan.actions.push({ type: 'stopSandbox', id: sandbox.id });
  if (plan.actions.length > 0) return plan.result({ stage: 'finished' });
  if (!deleted) {
    // The ended containers stay for their logs until the pod is deleted; volumes and cgroup go now.
    if (!memory.cleaned) plan.actions.push({ type: 'cleanUp' });
    return plan.result(memory.cleaned ? { stage: 'cleaned' } : { stage: 'finished' });
  }
  for (const container of view.containers) plan.actions.push({ type: 'removeContainer', id: container.id });
  if (plan.actions.length > 0) return plan.result({ stage: 'finished' });
  for (const sandbox of view.sandboxes) plan.actions.push({ type: 'removeSandbox', id: sandbox.id });
  if (!memory.cleaned) plan.actions.push({ type: 'cleanUp' });
  if (plan.actions.length > 0) return plan.result({ stage: 'finished' });
  plan.actions.push({ type: 'removeFromApi' });
  return plan.result({ stage: 'cleaned' });
}

/** All but the sidecars at once; then the sidecars from the last to the first. Time running out ends the order. */
function stopNow(plan: Plan, running: readonly ContainerView[]): readonly ContainerView[] {
  const sidecars = initContainers(plan.pod)
    .filter(isSidecar)
    .map(({ name }) => name);
  const others = running.filter(({ name }) => !sidecars.includes(name));
  if (others.length > 0) return graceLeft(plan) <= leastGraceSeconds ? running : others;
  const last = sidecars.findLast((name) => running.some((container) => container.name === name));
  const chosen = running.filter(({ name }) => name === last);
  return chosen.length > 0 ? chosen : running;
}

function graceLeft(plan: Plan): number {
  const { termination } = plan.memory;
  const whole = termination?.graceSeconds ?? plan.pod.metadata.deletionGracePeriodSeconds ?? graceOf(plan.pod);
  if (whole === 0 || !termination) return whole;
  const spent = (plan.nowMs - termination.atMs) / 1000;
  return Math.max(leastGraceSeconds, Math.ceil(whole - spent));
}
