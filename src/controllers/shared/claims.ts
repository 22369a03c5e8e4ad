import type { Kind } from '../../api/kind.ts';
import { controllerOf, type KubeObject, keyOf, type OwnerReference, refOf } from '../../api/object.ts';
import { isApiError } from '../../api/status.ts';
import type { Client, Patch } from '../../client/client.ts';
import { byController, orphansByNamespace } from './indexes.ts';

/** Who takes and gives up objects. */
export interface Claimant<Owner extends KubeObject> {
  readonly kind: Kind<Owner>;
  readonly object: Owner;
  /** Whether the owner's selector matches. */
  matches(object: KubeObject): boolean;
}

export interface ClaimPlan<T extends KubeObject> {
  readonly owned: readonly T[];
  readonly adopt: readonly T[];
  readonly release: readonly T[];
}

/** The owner reference that marks `owner` as the controller. */
export function controllerReference(kind: Kind, owner: KubeObject): OwnerReference {
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Which of the candidates are the owner's, should become so, or should be let go. */
function planClaims<T extends KubeObject>(
  { object: owner, matches }: Claimant<KubeObject>,
  candidates: Iterable<T>,
): ClaimPlan<T> {
  const owned: T[] = [];
  const adopt: T[] = [];
  const release: T[] = [];
  const isLeaving = owner.metadata.deletionTimestamp !== undefined;
  for (const candidate of candidates) {
    const controller = controllerOf(candidate);
    if (controller) {
      if (controller.uid !== owner.metadata.uid) continue;
      if (matches(candidate)) owned.push(candidate);
      else if (!isLeaving) release.push(candidate);
    } else if (!isLeaving && !candidate.metadata.deletionTimestamp && matches(candidate)) adopt.push(candidate);
  }
  return { owned, adopt, release };
}

/**
 * Adopts and releases until the owner's objects of `kind` are those that its selector matches; returns them.
 * Before the first adoption the owner is read afresh: one that was deleted and made anew must not adopt for its predecessor.
 */
export async function claimObjects<T extends KubeObject, Owner extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  claimant: Claimant<Owner>,
  options: { readonly signal: AbortSignal; readonly adoptFinalizers?: readonly string[] },
): Promise<readonly T[]> {
  const { signal } = options;
  const owner = claimant.object;
  const view = client.view(kind);
  const plan = planClaims(claimant, [
    ...view.by(byController, owner.metadata.uid ?? ''),
    ...view.by(orphansByNamespace, owner.metadata.namespace ?? ''),
  ]);
  for (const object of plan.release)
    await unlessGone(() => client.patch(kind, refOf(keyOf(object)), releasePatch(object, owner), { signal }));
  if (plan.adopt.length === 0) return plan.owned;
  const fresh = await client.get(claimant.kind, refOf(keyOf(owner)), { signal });
  if (fresh.metadata.uid !== owner.metadata.uid || fresh.metadata.deletionTimestamp) return plan.owned;
  const adopted: T[] = [];
  for (const object of plan.adopt) {
    const patch = adoptPatch(object, controllerReference(claimant.kind, owner), options.adoptFinalizers);
    const result = await unlessGone(() => client.patch(kind, refOf(keyOf(object)), patch, { signal }));
    if (result) adopted.push(result);
  }
  return [...plan.owned, ...adopted];
}

function adoptPatch(object: KubeObject, reference: OwnerReference, finalizers?: readonly string[]): Patch {
  const metadata = { uid: object.metadata.uid, ownerReferences: [reference], ...(finalizers && { finalizers }) };
  return { type: 'strategic', body: { metadata } };
}

function releasePatch(object: KubeObject, owner: KubeObject): Patch {
  const ownerReferences = [{ $patch: 'delete', uid: owner.metadata.uid }];
  return { type: 'strategic', body: { metadata: { uid: object.metadata.uid, ownerReferences } } };
}

/** The object may have gone, or its name may be another's by now (the patch names the uid): then there is nothing to do. */
async function unlessGone<T>(write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await write();
  } catch (error) {
    if (isApiError(error, 'NotFound', 'Invalid', 'Conflict')) return undefined;
    throw error;
  }
}
