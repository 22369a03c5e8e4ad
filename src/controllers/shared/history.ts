import { controllerRevision } from '../../api/apps/controller-revision.ts';
import type { Kind } from '../../api/kind.ts';
import { controllerOf, type KubeObject, keyOf, refOf } from '../../api/object.ts';
import type { ControllerRevision } from '../../api/schema/generated/types/apps-v1.ts';
import type { PodTemplateSpec } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import type { ReconcileContext } from '../../controller-runtime/controller.ts';
import { claimObjects, controllerReference } from './claims.ts';
import { shortHash } from './hash.ts';
import { sameValue } from './status.ts';

/** The label on pods (and on daemon sets' revisions) that says of which revision they are. */
export const revisionHashLabel = 'controller-revision-hash';

export interface HistoryOwner<T extends KubeObject> {
  readonly kind: Kind<T>;
  readonly object: T;
  readonly template: PodTemplateSpec;
  readonly collisionCount: number | undefined;
  matches(object: KubeObject): boolean;
  /** Writes the new count into the owner's status: the next attempt gets another name. */
  saveCollisionCount(count: number): Promise<unknown>;
}

export interface History {
  /** The revision of the owner's present template. */
  readonly update: ControllerRevision;
  /** All of the owner's revisions, oldest first. */
  readonly all: readonly ControllerRevision[];
}

/** The part of an owner that a revision keeps, as a strategic merge patch that puts it back. */
function revisionData(template: PodTemplateSpec): { readonly [field: string]: unknown } {
  return { spec: { template: { ...template, $patch: 'replace' } } };
}

/** The pod template that a revision keeps; undefined when its data are not of this kind. */
export function templateOf({ data }: ControllerRevision): PodTemplateSpec | undefined {
  const { template } = ((data as { spec?: { template?: object } } | undefined)?.spec ?? {}) as {
    template?: PodTemplateSpec & { $patch?: string };
  };
  if (!template) return undefined;
  const { $patch: _patch, ...rest } = template;
  return rest;
}

/** Sees to it that the present template has a revision, and that it is the one with the highest number. */
export async function syncHistory<T extends KubeObject>(
  owner: HistoryOwner<T>,
  context: ReconcileContext,
): Promise<History> {
  const { client, signal } = context;
  const claimed = await claimObjects(client, controllerRevision, owner, { signal });
  const all = [...claimed].sort(byRevision);
  const data = revisionData(owner.template);
  const next = (all.at(-1)?.revision ?? 0) + 1;
  const same = all.findLast((revision) => sameValue(revision.data, data));
  if (!same) {
    const created = await createRevision(owner, { data, revision: next }, context);
    return { update: created, all: [...all, created] };
  }
  if (same === all.at(-1)) return { update: same, all };
  const bumped = await client.update(controllerRevision, { ...same, revision: next }, { signal });
  return { update: bumped, all: [...all.filter((revision) => revision !== same), bumped] };
}

function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  return (
    a.revision - b.revision || (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '')
  );
}

/** Rejects with AlreadyExists when the name is another's, after the owner has counted the collision. */
async function createRevision<T extends KubeObject>(
  { kind, object, template, collisionCount, saveCollisionCount }: HistoryOwner<T>,
  { data, revision }: { readonly data: { readonly [field: string]: unknown }; readonly revision: number },
  { client, signal }: ReconcileContext,
): Promise<ControllerRevision> {
  const hash = shortHash(data, collisionCount);
  const name = `${object.metadata.name}-${hash}`;
  const { namespace } = object.metadata;
  const metadata = {
    name,
    ...(namespace && { namespace }),
    labels: { ...template.metadata?.labels, [revisionHashLabel]: hash },
    ownerReferences: [controllerReference(kind, object)],
  };
  try {
    return await client.create(
      controllerRevision,
      { metadata, data: data as ControllerRevision['data'] & object, revision },
      { signal },
    );
  } catch (error) {
    if (!isApiError(error, 'AlreadyExists')) throw error;
    const existing = await client.get(controllerRevision, { ...(namespace && { namespace }), name }, { signal });
    if (controllerOf(existing)?.uid === object.metadata.uid && sameValue(existing.data, data)) return existing;
    await saveCollisionCount((collisionCount ?? 0) + 1);
    throw error;
  }
}

/** Removes the oldest revisions beyond `limit` that no pod is of. */
export async function truncateHistory(
  all: readonly ControllerRevision[],
  options: { readonly limit: number; readonly isLive: (revision: ControllerRevision) => boolean },
  { client, signal }: ReconcileContext,
): Promise<void> {
  const unused = all.filter((revision) => !options.isLive(revision));
  for (const revision of unused.slice(0, Math.max(0, unused.length - options.limit)))
    await client.delete(controllerRevision, refOf(keyOf(revision)), { signal }).catch((error: unknown) => {
      if (!isApiError(error, 'NotFound')) throw error;
    });
}
