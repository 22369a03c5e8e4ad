import type { Container, ContainerView, Pod, PodView, SandboxView } from './types.ts';

/** A restartable init container: it runs beside the containers until the pod ends. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

export function initContainers(pod: Pod): readonly Container[] {
  return pod.spec?.initContainers ?? [];
}

export function mainContainers(pod: Pod): readonly Container[] {
  return pod.spec?.containers ?? [];
}

/** Ephemeral containers run as others do, but are never restarted. */
export function ephemeralContainers(pod: Pod): readonly Container[] {
  return pod.spec?.ephemeralContainers ?? [];
}

export function allContainers(pod: Pod): readonly Container[] {
  return [...initContainers(pod), ...mainContainers(pod), ...ephemeralContainers(pod)];
}

/** The newest of this name, whichever sandbox it was in. */
export function latestOf(view: PodView, name: string): ContainerView | undefined {
  return view.containers.find((container) => container.name === name);
}

/** The newest of this name in this sandbox. */
export function latestIn(view: PodView, sandbox: SandboxView | undefined, name: string): ContainerView | undefined {
  return sandbox && view.containers.find((container) => container.name === name && container.sandboxId === sandbox.id);
}

export function readySandbox(view: PodView): SandboxView | undefined {
  const newest = view.sandboxes[0];
  return newest?.ready ? newest : undefined;
}

/** Whether the pod may start this container again after it ended; per-container policy and rules come first (KEP-5307). */
export function restartsAfter(pod: Pod, container: Container, exitCode: number): boolean {
  for (const rule of container.restartPolicyRules ?? []) {
    const listed = rule.exitCodes?.values?.includes(exitCode) ?? false;
    const matches = rule.exitCodes?.operator === 'NotIn' ? !listed : listed;
    if (matches && rule.action === 'Restart') return true;
  }
  const policy = container.restartPolicy ?? pod.spec?.restartPolicy ?? 'Always';
  if (policy === 'Never') return false;
  return policy === 'OnFailure' ? exitCode !== 0 : true;
}

/** For ordinary init containers, `Always` of the pod means: until it succeeds. */
export function initRestartsAfter(pod: Pod, container: Container, exitCode: number): boolean {
  if (exitCode === 0) return false;
  return restartsAfter(pod, container, exitCode);
}

/** Whether any of the pod's own containers has been made in this sandbox: initialization was over then. */
export function hasInitialized(pod: Pod, view: PodView, sandbox: SandboxView | undefined): boolean {
  return mainContainers(pod).some(({ name }) => latestIn(view, sandbox, name) !== undefined);
}
