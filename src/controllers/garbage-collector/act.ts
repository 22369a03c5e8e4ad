import { type KubeObject, keyOf, refOf } from '../../api/object.ts';
import { isApiError } from '../../api/status.ts';
import type { ReconcileContext } from '../../controller-runtime/controller.ts';
import type { Item } from './graph.ts';
import type { Policy } from './plan.ts';

/**
 * Takes owner references off. A merge patch with the version that was read: every kind understands it, custom ones too,
 * and what changed meanwhile is not overwritten.
 */
export async function disown(
  { kind, object }: Item,
  uids: readonly string[],
  context: ReconcileContext,
): Promise<void> {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter(({ uid }) => !uids.includes(uid));
  await patchMetadata({ kind, object }, { ownerReferences }, context);
}

/** Nobody waits for this object any more. */
export async function unblockOwners({ kind, object }: Item, context: ReconcileContext): Promise<void> {
  const ownerReferences = (object.metadata.ownerReferences ?? []).map((reference) => ({
    ...reference,
    blockOwnerDeletion: false,
  }));
  await patchMetadata({ kind, object }, { ownerReferences }, context);
}

export async function removeFinalizer(item: Item, name: string, context: ReconcileContext): Promise<void> {
  const finalizers = (item.object.metadata.finalizers ?? []).filter((finalizer) => finalizer !== name);
  await patchMetadata(item, { finalizers }, context);
}

/** Deletes exactly the object that was judged: not another of its name, and not one whose owners have changed since. */
export async function remove({ kind, object }: Item, policy: Policy, context: ReconcileContext): Promise<void> {
  const { uid, resourceVersion } = object.metadata;
  const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
  try {
    const { client, signal } = context;
    await client.delete(kind, refOf(keyOf(object)), { signal, propagationPolicy: policy, preconditions });
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error;
  }
}

async function patchMetadata(
  { kind, object }: Item,
  change: Partial<KubeObject['metadata']>,
  { client, signal }: ReconcileContext,
): Promise<void> {
  const { uid, resourceVersion } = object.metadata;
  const body = { metadata: { uid, resourceVersion, ...change } };
  try {
    await client.patch(kind, refOf(keyOf(object)), { type: 'merge', body }, { signal });
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error;
  }
}
