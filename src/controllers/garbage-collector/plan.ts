import type { KubeObject, OwnerReference } from '../../api/object.ts';
import { foregroundFinalizer, hasFinalizer, isDeletingForeground, orphanFinalizer } from './graph.ts';

/** What became of an owner: there; there but waiting for its dependents to go; gone; or not to be found out. */
export type OwnerState = 'solid' | 'waiting' | 'absent' | 'unknown';

export type Policy = 'Background' | 'Foreground' | 'Orphan';

export type Decision =
  | { readonly type: 'keep' }
  /** Owner references to take off, by uid. */
  | { readonly type: 'disown'; readonly uids: readonly string[] }
  | { readonly type: 'delete'; readonly policy: Policy; readonly unblock: boolean };

/** What to do with an object that has owners, from what became of each of them. */
export function decide(
  object: KubeObject,
  owners: readonly { readonly reference: OwnerReference; readonly state: OwnerState }[],
  dependents: readonly KubeObject[],
): Decision {
  if (owners.length === 0) return { type: 'keep' };
  if (object.metadata.deletionTimestamp) return { type: 'keep' };
  const uidsOf = (...states: readonly OwnerState[]) =>
    owners.filter(({ state }) => states.includes(state)).map(({ reference }) => reference.uid);
  if (uidsOf('solid', 'unknown').length > 0) {
    const uids = uidsOf('absent', 'waiting');
    return uids.length > 0 ? { type: 'disown', uids } : { type: 'keep' };
  }
  if (uidsOf('waiting').length > 0 && dependents.length > 0) {
    // A dependent that waits for its own dependents, and among them for this one, would wait for ever.
    return { type: 'delete', policy: 'Foreground', unblock: dependents.some(isDeletingForeground) };
  }
  return { type: 'delete', policy: policyOf(object), unblock: false };
}

/** An object that already carries one of the policies' finalizers is deleted by that policy. */
function policyOf(object: KubeObject): Policy {
  if (hasFinalizer(object, orphanFinalizer)) return 'Orphan';
  return hasFinalizer(object, foregroundFinalizer) ? 'Foreground' : 'Background';
}

/** The dependents for which an owner that is deleted in the foreground must wait. */
export function isBlocking(dependent: KubeObject, ownerUid: string): boolean {
  return (
    dependent.metadata.ownerReferences?.some(
      ({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion === true,
    ) === true
  );
}
