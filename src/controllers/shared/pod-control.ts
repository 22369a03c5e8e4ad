import { pod as podKind } from '../../api/core/pod.ts';
import type { Kind } from '../../api/kind.ts';
import { type Draft, draftOf, type KubeObject, keyOf, refOf } from '../../api/object.ts';
import type { Pod, PodTemplateSpec } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import type { ReconcileContext } from '../../controller-runtime/controller.ts';
import { controllerReference } from './claims.ts';

/** A pod as its owner's template says, controlled by the owner, with a generated name; the caller may change it. */
export function podFromTemplate(template: PodTemplateSpec, kind: Kind, owner: KubeObject): Draft<Pod> {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: podKind.apiVersion,
    kind: podKind.kind,
    metadata: {
      generateName: `${owner.metadata.name}-`,
      ...(owner.metadata.namespace && { namespace: owner.metadata.namespace }),
      ...(labels && { labels: { ...labels } }),
      ...(annotations && { annotations: { ...annotations } }),
      ...(finalizers && { finalizers: [...finalizers] }),
      ownerReferences: [controllerReference(kind, owner)],
    },
    spec: draftOf(template.spec ?? { containers: [] }),
  };
}

/** Creates a pod and tells about it. In a namespace that is being deleted nothing is created, and that is no failure. */
export async function createPod(
  context: ReconcileContext,
  owner: KubeObject,
  pod: Draft<Pod>,
): Promise<Pod | undefined> {
  try {
    const created = await context.client.create(podKind, pod, { signal: context.signal });
    const message = `Created pod: ${created.metadata.name}`;
    context.events.record(owner, { type: 'Normal', reason: 'SuccessfulCreate', message });
    return created;
  } catch (error) {
    if (isNamespaceTerminating(error)) return undefined;
    // The same outcome can be told only once it is known that the stop is not ours.
    if (!context.signal.aborted) {
      const message = `Error creating: ${toError(error).message}`;
      context.events.record(owner, { type: 'Warning', reason: 'FailedCreate', message });
    }
    throw error;
  }
}

/** Deletes a pod and tells about it; a pod that is gone, or is another of the same name by now, is left alone. */
export async function deletePod(context: ReconcileContext, owner: KubeObject, pod: Pod): Promise<void> {
  try {
    const preconditions = pod.metadata.uid ? { uid: pod.metadata.uid } : {};
    await context.client.delete(podKind, refOf(keyOf(pod)), { signal: context.signal, preconditions });
    const message = `Deleted pod: ${pod.metadata.name}`;
    context.events.record(owner, { type: 'Normal', reason: 'SuccessfulDelete', message });
  } catch (error) {
    if (isApiError(error, 'NotFound', 'Conflict')) return;
    if (!context.signal.aborted) {
      const message = `Error deleting: ${toError(error).message}`;
      context.events.record(owner, { type: 'Warning', reason: 'FailedDelete', message });
    }
    throw error;
  }
}

export function isNamespaceTerminating(error: unknown): boolean {
  return (
    isApiError(error, 'Forbidden') &&
    error.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true
  );
}

/**
 * Calls `work(0)` … `work(count - 1)` in batches of 1, 2, 4 …: when the first fail (a quota, a webhook), the rest are not
 * tried. Rejects with the first error after its batch has ended.
 */
export async function slowStart(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  for (let doneCount = 0, size = 1; doneCount < count; doneCount += size, size *= 2) {
    size = Math.min(size, count - doneCount);
    const from = doneCount;
    await allOrFirstError(Array.from({ length: size }, (_, offset) => work(from + offset)));
  }
}

/** Waits for all, then rejects with the first error, if any. */
export async function allOrFirstError(promises: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
