import type { PodStatus } from '../../../api/schema/generated/types/core-v1.ts';
import { ServerError } from '../server-error.ts';

export interface LogTarget {
  readonly podName: string;
  readonly containerName: string;
  readonly previous: boolean;
}

/** The id of the container whose log is meant, without the runtime's name. Throws ServerError `BadRequest`, worded as the kubelet. */
export function chooseLogged(status: PodStatus | undefined, { podName, containerName, previous }: LogTarget): string {
  const subject = `container ${JSON.stringify(containerName)} in pod ${JSON.stringify(podName)}`;
  const refuse = (why: string) => new ServerError('BadRequest', `${subject} ${why}`);
  const found = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ].find(({ name }) => name === containerName);
  if (!found) throw refuse('is not available');
  const { waiting, running, terminated } = found.state ?? {};
  const last = found.lastState?.terminated;
  const ended = terminated?.containerID || last?.containerID;
  if (previous) {
    if (!last?.containerID) throw new ServerError('BadRequest', `previous terminated ${subject} not found`);
    return withoutScheme(last.containerID);
  }
  if (running) return withoutScheme(found.containerID ?? '');
  if (terminated || last) {
    if (!ended) throw refuse('is terminated');
    return withoutScheme(ended);
  }
  if (!waiting) throw refuse('is waiting to start - no logs yet');
  if (waiting.reason === 'ErrImagePull') throw refuse("is waiting to start: image can't be pulled");
  if (waiting.reason === 'ImagePullBackOff') throw refuse('is waiting to start: trying and failing to pull image');
  throw refuse(`is waiting to start: ${waiting.reason ?? ''}`);
}

function withoutScheme(id: string): string {
  return id.slice(id.indexOf('://') + 3);
}
