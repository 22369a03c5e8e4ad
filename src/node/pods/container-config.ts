import { join } from 'node:path';
import type { Input } from '../runtime/codec.ts';
import type { ContainerConfig, Mount, Signal } from '../runtime/generated/cri.ts';
import type { EnvVariable } from './env.ts';
import { expand } from './expand.ts';
import { specHash } from './hash.ts';
import { annotationNames, labelNames } from './labels.ts';
import { graceOf } from './plan.ts';
import { containerResources } from './resources.ts';
import { podLabels } from './sandbox-config.ts';
import { containerSecurity, type ImageUser } from './security.ts';
import type { Container, EphemeralContainer, Pod } from './types.ts';

export interface ContainerOptions {
  readonly attempt: number;
  readonly imageRef: string;
  readonly imageUser: ImageUser;
  readonly env: readonly EnvVariable[];
  readonly mounts: readonly Input<Mount>[];
  readonly machineMemoryBytes: number;
  /** The container whose processes an ephemeral container is to see. */
  readonly targetId?: string;
}

export const defaultTerminationMessagePath = '/dev/termination-log';

/** Path of a container's log below the pod's log folder. */
export function containerLogPath(container: Container, attempt: number): string {
  return join(container.name, `${attempt}.log`);
}

/** The container that the runtime is asked for. Throws `NotYet` when its settings contradict each other. */
export function containerConfig(
  pod: Pod,
  container: Container | EphemeralContainer,
  options: ContainerOptions,
): Input<ContainerConfig> {
  const { attempt, imageRef, imageUser, env, mounts, machineMemoryBytes, targetId } = options;
  const values = new Map(env.map(({ name, value }) => [name, value]));
  const expanded = (texts: readonly string[] | undefined) =>
    (texts ?? []).map((text) => expand(text, (name) => values.get(name)));
  const stopSignal = container.lifecycle?.stopSignal;
  return {
    metadata: { name: container.name, attempt },
    image: { image: imageRef, userSpecifiedImage: container.image ?? '' },
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? '',
    envs: env.map(({ name, value }) => ({ key: name, value: Buffer.from(value) })),
    mounts,
    labels: { ...podLabels(pod), [labelNames.containerName]: container.name },
    annotations: {
      [annotationNames.specHash]: specHash(container),
      [annotationNames.restartCount]: String(attempt),
      [annotationNames.terminationMessagePath]: container.terminationMessagePath ?? defaultTerminationMessagePath,
      [annotationNames.terminationMessagePolicy]: container.terminationMessagePolicy ?? 'File',
      [annotationNames.gracePeriod]: String(graceOf(pod)),
    },
    logPath: containerLogPath(container, attempt),
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    linux: {
      resources: containerResources(pod, container, machineMemoryBytes),
      securityContext: containerSecurity(pod, container, { imageUser, ...(targetId && { targetId }) }),
    },
    ...(stopSignal && {
      stopSignal: stopSignal.replace('RTMIN+', 'RTMINPLUS').replace('RTMAX-', 'RTMAXMINUS') as Signal,
    }),
  };
}
