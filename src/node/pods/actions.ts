import { mkdir, rm } from 'node:fs/promises';
import { pod as podKind } from '../../api/core/pod.ts';
import { isApiError } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import type { EventText } from '../../client/events.ts';
import type { FoundImage } from '../images/images.ts';
import { isRuntimeError, runtimeText } from '../runtime/errors.ts';
import { containerConfig } from './container-config.ts';
import { initContainers, latestOf } from './containers.ts';
import type { NodeContext } from './context.ts';
import { containerEnv } from './env.ts';
import { NotYet } from './errors.ts';
import { runHook } from './hooks.ts';
import { containerMounts } from './mounts.ts';
import { podLogFolder, sandboxConfig } from './sandbox-config.ts';
import type { Container, ContainerView, EphemeralContainer, Pod, PodView, SandboxView } from './types.ts';

/** The thin edge: each function does one action of the state machine on the runtime and the disk. */

const leastStopSeconds = 2;

export function recordAbout(context: NodeContext, pod: Pod, container: Container | undefined, event: EventText): void {
  if (!container?.name) {
    context.events.record(pod, event);
    return;
  }
  const list = initContainers(pod).includes(container) ? 'initContainers' : 'containers';
  context.events.record(pod, { ...event, fieldPath: `spec.${list}{${container.name}}` });
}

export async function prepareVolumes(context: NodeContext, pod: Pod): Promise<void> {
  try {
    await context.volumes.prepare(pod);
  } catch (error) {
    const { message } = toError(error);
    recordAbout(context, pod, undefined, { type: 'Warning', reason: 'FailedMount', message });
    throw new NotYet('FailedMount', message, { cause: error });
  }
}

function optionsOf(context: NodeContext, pod: Pod, attempt: number) {
  return {
    attempt,
    cgroupParent: context.cgroups.pathOf(pod),
    logRoot: context.layout.podLogs,
    resolver: context.resolver,
  };
}

export async function createSandbox(
  context: NodeContext,
  pod: Pod,
  attempt: number,
  signal: AbortSignal,
): Promise<void> {
  const problem = pod.spec?.hostNetwork ? undefined : context.networkProblem();
  if (problem !== undefined) {
    const message = `network is not ready: ${problem}`;
    recordAbout(context, pod, undefined, { type: 'Warning', reason: 'NetworkNotReady', message });
    throw new NotYet('NetworkNotReady', message, { retryAfterMs: 500 });
  }
  try {
    await Promise.all([
      context.cgroups.prepare(pod),
      mkdir(podLogFolder(context.layout.podLogs, pod), { recursive: true, mode: 0o755 }),
    ]);
    const config = sandboxConfig(pod, optionsOf(context, pod, attempt));
    const runtimeHandler = await runtimeHandlerOf(context, pod);
    await context.slots.run(() => context.cri.call('RunPodSandbox', { config, runtimeHandler }, { signal }));
  } catch (error) {
    if (signal.aborted) throw error;
    const message = `Failed to create pod sandbox: ${runtimeText(error)}`;
    recordAbout(context, pod, undefined, { type: 'Warning', reason: 'FailedCreatePodSandBox', message });
    throw new NotYet('FailedCreatePodSandBox', message, { cause: error });
  }
}

async function runtimeHandlerOf(context: NodeContext, pod: Pod): Promise<string> {
  const name = pod.spec?.runtimeClassName;
  if (!name) return '';
  const handler = await context.runtimeHandler(name);
  if (handler === undefined) throw new Error(`runtimeclass.node.k8s.io "${name}" not found`);
  return handler;
}

export interface StartRequest {
  readonly container: Container;
  readonly attempt: number;
  readonly sandbox: SandboxView;
  readonly image: FoundImage;
  readonly view: PodView;
  /** Called between start and the end of a postStart hook. */
  onPostStart(containerId: string, running: boolean): void;
}

/** Creates and starts a container, and runs its postStart hook. Throws NotYet with the container's waiting reason. */
export async function startContainer(
  context: NodeContext,
  pod: Pod,
  request: StartRequest,
  signal: AbortSignal,
): Promise<void> {
  const { container, sandbox } = request;
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    recordAbout(context, pod, container, { type, reason, message });
  const failed = (reason: string, error: unknown): never => {
    if (signal.aborted) throw error;
    const message = toError(error).message;
    say('Warning', 'Failed', `Error: ${message}`);
    throw error instanceof NotYet ? error : new NotYet(reason, message, { cause: error });
  };
  const containerId = await context.slots
    .run(() => createContainer(context, pod, request))
    .catch((error: unknown) => failed('CreateContainerError', error));
  say('Normal', 'Created', `Container created`);
  try {
    await context.slots.run(() => context.cri.call('StartContainer', { containerId }));
  } catch (error) {
    if (signal.aborted) throw error;
    // The runtime keeps it as ended with this error; the back-off of ended containers applies.
    say('Warning', 'Failed', `Error: ${toError(error).message}`);
    return;
  }
  say('Normal', 'Started', `Container started`);
  const hook = container.lifecycle?.postStart;
  if (!hook) return;
  request.onPostStart(containerId, true);
  const ip = pod.spec?.hostNetwork ? context.facts.hostIps[0] : sandbox.ips[0];
  const target = { cri: context.cri, container, containerId, ip: ip ?? '' };
  const result = await runHook(hook, target, { timeoutMs: 600_000, signal, clock: context.clock });
  if (result.outcome === 'failure' && !signal.aborted) {
    say('Warning', 'FailedPostStartHook', `PostStartHook failed: ${result.output}`);
    say('Normal', 'Killing', 'FailedPostStartHook');
    await stopById(context, containerId, pod.spec?.terminationGracePeriodSeconds ?? 30, signal);
  }
  request.onPostStart(containerId, false);
}

/** Like the start, not cut short: the runtime would finish it unseen, and the container appear after the pod was cleaned up. */
async function createContainer(context: NodeContext, pod: Pod, request: StartRequest): Promise<string> {
  const { container, attempt, sandbox, image, view } = request;
  const podIps = pod.spec?.hostNetwork ? context.facts.hostIps : sandbox.ips;
  const env = await containerEnv(pod, container, {
    ...context.objects,
    services: context.services,
    facts: context.facts,
    podIps,
  });
  const mounts = await containerMounts(pod, container, {
    volumes: context.volumes,
    attempt,
    env,
    podIps,
    clusterDomain: context.resolver.domain,
  });
  const target = (container as EphemeralContainer).targetContainerName;
  const targetId = target ? latestOf(view, target)?.id : undefined;
  const config = containerConfig(pod, container, {
    attempt,
    imageRef: image.ref,
    imageUser: image.user,
    env,
    mounts,
    machineMemoryBytes: context.machineMemoryBytes,
    ...(targetId && { targetId }),
  });
  const call = {
    podSandboxId: sandbox.id,
    config,
    sandboxConfig: sandboxConfig(pod, optionsOf(context, pod, sandbox.attempt)),
  };
  return (await context.cri.call('CreateContainer', call)).containerId;
}

/** Ends a container: event, preStop hook, stop signal, and after the grace period SIGKILL. */
export async function stopContainer(
  context: NodeContext,
  pod: Pod,
  stop: {
    readonly view: ContainerView;
    readonly container: Container | undefined;
    readonly graceSeconds: number;
    readonly message: string | undefined;
    readonly ip: string;
  },
  signal: AbortSignal,
): Promise<void> {
  const { view, container, graceSeconds, message, ip } = stop;
  if (message !== undefined) recordAbout(context, pod, container, { type: 'Normal', reason: 'Killing', message });
  let left = graceSeconds;
  const hook = container?.lifecycle?.preStop;
  if (hook && container && graceSeconds > 0) {
    const begunMs = context.clock.monotonic();
    const target = { cri: context.cri, container, containerId: view.id, ip };
    const result = await runHook(hook, target, { timeoutMs: graceSeconds * 1000, signal, clock: context.clock });
    if (result.outcome === 'failure' && !signal.aborted)
      recordAbout(context, pod, container, {
        type: 'Warning',
        reason: 'FailedPreStopHook',
        message: `PreStopHook failed`,
      });
    left = Math.max(leastStopSeconds, Math.ceil(graceSeconds - (context.clock.monotonic() - begunMs) / 1000));
  }
  await stopById(context, view.id, left, signal);
}

async function stopById(
  context: NodeContext,
  containerId: string,
  graceSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  await unlessGone(
    context.cri.call(
      'StopContainer',
      { containerId, timeout: graceSeconds },
      { timeoutMs: (graceSeconds + 120) * 1000, signal },
    ),
  );
}

export async function removeContainer(context: NodeContext, containerId: string, signal: AbortSignal): Promise<void> {
  await unlessGone(context.cri.call('RemoveContainer', { containerId }, { signal }));
  context.views.forget(containerId);
}

export async function stopSandbox(context: NodeContext, podSandboxId: string, signal: AbortSignal): Promise<void> {
  await unlessGone(context.cri.call('StopPodSandbox', { podSandboxId }, { signal }));
}

export async function removeSandbox(context: NodeContext, podSandboxId: string, signal: AbortSignal): Promise<void> {
  await unlessGone(context.cri.call('RemovePodSandbox', { podSandboxId }, { signal }));
  context.views.forget(podSandboxId);
}

/** Takes away what the pod has outside the runtime; its logs stay until the pod itself goes. */
export async function cleanUp(context: NodeContext, pod: Pod): Promise<void> {
  await Promise.all([context.volumes.remove(pod), context.cgroups.remove(pod)]);
}

/** The last step of a deletion: logs, then the object itself. */
export async function removeFromApi(context: NodeContext, pod: Pod, signal: AbortSignal): Promise<void> {
  await rm(podLogFolder(context.layout.podLogs, pod), { recursive: true, force: true });
  context.images.forget(pod.metadata.uid ?? '');
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  try {
    await context.client.delete(
      podKind,
      { namespace, name },
      { gracePeriodSeconds: 0, preconditions: { uid }, signal },
    );
  } catch (error) {
    // Gone already, or a namesake took its place.
    if (!isApiError(error, 'NotFound', 'Conflict')) throw error;
  }
}

async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isRuntimeError(error, 'NotFound')) throw error;
  }
}
