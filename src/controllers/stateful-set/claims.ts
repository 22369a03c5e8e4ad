import { statefulSet as statefulSetKind } from '../../api/apps/stateful-set.ts';
import { persistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts';
import { pod as podKind } from '../../api/core/pod.ts';
import type { Kind } from '../../api/kind.ts';
import { type KubeObject, keyOf, type OwnerReference } from '../../api/object.ts';
import type { StatefulSet } from '../../api/schema/generated/types/apps-v1.ts';
import type { PersistentVolumeClaim, Pod } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import type { ReconcileContext } from '../../controller-runtime/controller.ts';
import { sameValue } from '../shared/status.ts';
import { claimsOf, podName } from './identity.ts';

/** Makes the claims of one member that are not there yet. */
export async function ensureClaims(set: StatefulSet, ordinal: number, context: ReconcileContext): Promise<void> {
  const { client, events, signal } = context;
  for (const claim of claimsOf(set, ordinal).values()) {
    const existing = client.view(persistentVolumeClaim).get(keyOf(claim));
    if (existing && !existing.metadata.deletionTimestamp) continue;
    const who = `Claim ${claim.metadata.name} Pod ${podName(set, ordinal)} in StatefulSet ${set.metadata.name}`;
    if (existing) throw new Error(`pvc ${claim.metadata.name} is being deleted`);
    try {
      await client.create(persistentVolumeClaim, claim as PersistentVolumeClaim, { signal });
      events.record(set, { type: 'Normal', reason: 'SuccessfulCreate', message: `create ${who} success` });
    } catch (error) {
      if (isApiError(error, 'AlreadyExists')) continue;
      if (!signal.aborted) {
        const message = `create ${who} failed error: ${toError(error).message}`;
        events.record(set, { type: 'Warning', reason: 'FailedCreate', message });
      }
      throw error;
    }
  }
}

/** Brings the owners of a member's claims in line with the retention policy; garbage collection does the rest. */
export async function keepRetention(
  set: StatefulSet,
  member: { readonly ordinal: number; readonly pod: Pod; readonly isCondemned: boolean },
  { client, signal }: ReconcileContext,
): Promise<void> {
  const policy = set.spec?.persistentVolumeClaimRetentionPolicy;
  for (const wanted of claimsOf(set, member.ordinal).values()) {
    const claim = client.view(persistentVolumeClaim).get(keyOf(wanted));
    if (!claim || claim.metadata.deletionTimestamp) continue;
    const ownerReferences = wantedOwners(claim.metadata.ownerReferences ?? [], {
      set: reference(statefulSetKind, set),
      pod: reference(podKind, member.pod),
      ofSet: policy?.whenDeleted === 'Delete' && !(member.isCondemned && policy.whenScaled === 'Delete'),
      ofPod: policy?.whenScaled === 'Delete' && member.isCondemned,
    });
    if (sameValue(claim.metadata.ownerReferences ?? [], ownerReferences)) continue;
    await client.update(
      persistentVolumeClaim,
      { ...claim, metadata: { ...claim.metadata, ownerReferences } },
      { signal },
    );
  }
}

function wantedOwners(
  current: readonly OwnerReference[],
  want: { set: OwnerReference; pod: OwnerReference; ofSet: boolean; ofPod: boolean },
): readonly OwnerReference[] {
  const others = current.filter(({ uid }) => uid !== want.set.uid && uid !== want.pod.uid);
  const keep = (reference: OwnerReference) => current.find(({ uid }) => uid === reference.uid) ?? reference;
  return [...others, ...(want.ofSet ? [keep(want.set)] : []), ...(want.ofPod ? [keep(want.pod)] : [])];
}

function reference(kind: Kind, { metadata }: KubeObject): OwnerReference {
  return { apiVersion: kind.apiVersion, kind: kind.kind, name: metadata.name ?? '', uid: metadata.uid ?? '' };
}
