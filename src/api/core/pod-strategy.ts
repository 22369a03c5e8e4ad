import { type Draft, draftOf } from '../object.ts';
import type { Container, Pod } from '../schema/generated/types/core-v1.ts';
import { qosClassOf } from './pod-qos.ts';

/** A new pod waits, with the class of service that its resources make. */
export function prepareNewPod(pod: Draft<Pod>): void {
  pod.status = { phase: 'Pending', qosClass: qosClassOf(pod as Pod) };
  if (!pod.spec?.schedulingGates?.length) return;
  pod.status.conditions = [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    },
  ];
}

/** Status writes neither choose the class of service nor change owners. */
export function preparePodStatus(pod: Draft<Pod>, old: Pod): void {
  const { ownerReferences } = old.metadata;
  if (ownerReferences) pod.metadata.ownerReferences = draftOf(ownerReferences);
  else delete pod.metadata.ownerReferences;
  if (pod.status && old.status?.qosClass) pod.status.qosClass = old.status.qosClass;
}

/** Of `pods/ephemeralcontainers`, only the ephemeral containers are taken. */
export function prepareEphemeralContainers(pod: Draft<Pod>, old: Pod): void {
  const wanted = pod.spec?.ephemeralContainers;
  restore(pod, old);
  if (!pod.spec) return;
  if (wanted) pod.spec.ephemeralContainers = wanted;
  else delete pod.spec.ephemeralContainers;
}

/** Of `pods/resize`, only resources and resize policies of containers are taken; containers are matched by place. */
export function prepareResize(pod: Draft<Pod>, old: Pod): void {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  restore(pod, old);
  takeResources(pod.spec?.containers ?? [], containers);
  // Init containers that end are over before anybody could resize them.
  const sidecars = pod.spec?.initContainers?.map((one) => (one.restartPolicy === 'Always' ? one : undefined)) ?? [];
  takeResources(sidecars, initContainers);
}

function takeResources(into: readonly (Draft<Container> | undefined)[], from: readonly Draft<Container>[]): void {
  for (const [index, container] of into.entries()) {
    const wanted = from[index];
    if (!container || wanted?.name !== container.name) continue;
    if (wanted.resources) container.resources = wanted.resources;
    if (wanted.resizePolicy) container.resizePolicy = wanted.resizePolicy;
  }
}

/** Makes the pod what it was, but for what the write itself is about: its revision and its field managers. */
function restore(pod: Draft<Pod>, old: Pod): void {
  const { resourceVersion, managedFields } = pod.metadata;
  Object.assign(pod, draftOf(old));
  if (resourceVersion !== undefined) pod.metadata.resourceVersion = resourceVersion;
  if (managedFields) pod.metadata.managedFields = managedFields;
}

/** Pods that no node runs go at once; the others get the time that the request or they themselves name. */
export function podGracePeriodSeconds({ spec, status }: Pod, requested: number | undefined): number {
  if (!spec?.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
  const seconds = requested ?? spec.terminationGracePeriodSeconds ?? 0;
  return seconds < 0 ? 1 : seconds;
}
