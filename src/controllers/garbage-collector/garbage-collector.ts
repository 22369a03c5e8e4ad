import { type Kind, storedKinds } from '../../api/kind.ts';
import { type KubeObject, keyOf, type OwnerReference, refOf } from '../../api/object.ts';
import { isApiError } from '../../api/status.ts';
import {
  type Controller,
  controller,
  done,
  mayWrite,
  type Outcome,
  type ReconcileContext,
  requeueAfter,
  type Wake,
} from '../../controller-runtime/controller.ts';
import { disown, remove, removeFinalizer, unblockOwners } from './act.ts';
import {
  foregroundFinalizer,
  hasFinalizer,
  type Item,
  isDeletingForeground,
  OwnerGraph,
  orphanFinalizer,
} from './graph.ts';
import { decide, isBlocking, type OwnerState } from './plan.ts';

/** A kind that an owner reference names may be served later (a custom one). */
const unknownKindRecheckMs = 30_000;

export const garbageCollectorName = 'generic-garbage-collector';

/** Deletes objects whose owners are gone, and carries out the propagation policies Foreground and Orphan. */
export function garbageCollector(allKinds: () => readonly Kind[]): Controller {
  // Events have no owners to speak of, and there are many.
  const kinds = () =>
    storedKinds(allKinds()).filter(
      (kind) => kind.kind !== 'Event' && !kind.review && kind.verbs.includes('delete') && kind.verbs.includes('watch'),
    );
  const graph = new OwnerGraph(allKinds, kinds);
  const wakes = () =>
    kinds().map((kind): Wake => ({ kind, keysOf: (change, client) => graph.wokenBy(kind, change, client) }));
  return controller({
    name: garbageCollectorName,
    wakesOn: wakes(),
    wakesOnServed: wakes,
    concurrency: 20,
    writes: kinds().map((kind) => mayWrite(kind, 'patch', 'delete')),
    async reconcile(key, context) {
      const item = graph.find(key, context.client);
      if (!item) return done;
      if (item.object.metadata.deletionTimestamp) return await finishDeletion(item, graph, context);
      return await collect(item, graph, context);
    },
  });
}

/** The object is being deleted by a policy that concerns its dependents. */
async function finishDeletion(item: Item, graph: OwnerGraph, context: ReconcileContext): Promise<Outcome> {
  const uid = item.object.metadata.uid ?? '';
  const dependents = graph.dependentsOf(uid, context.client);
  if (hasFinalizer(item.object, orphanFinalizer)) {
    for (const dependent of dependents) await disown(dependent, [uid], context);
    await removeFinalizer(item, orphanFinalizer, context);
  } else if (isDeletingForeground(item.object)) {
    // The dependents were woken together with this object and delete themselves; the last one to go wakes it again.
    if (!dependents.some(({ object }) => isBlocking(object, uid)))
      await removeFinalizer(item, foregroundFinalizer, context);
  }
  return done;
}

async function collect(item: Item, graph: OwnerGraph, context: ReconcileContext): Promise<Outcome> {
  const { object } = item;
  const references = object.metadata.ownerReferences ?? [];
  const owners: { reference: OwnerReference; state: OwnerState }[] = [];
  for (const reference of references)
    owners.push({ reference, state: await stateOf(reference, object, graph, context) });
  const dependents = graph.dependentsOf(object.metadata.uid ?? '', context.client).map((dependent) => dependent.object);
  const decision = decide(object, owners, dependents);
  if (decision.type === 'disown') await disown(item, decision.uids, context);
  if (decision.type === 'delete') {
    if (decision.unblock) {
      // Changes the version; the next look deletes.
      await unblockOwners(item, context);
      const fresh = await context.client.get(item.kind, refOf(keyOf(object)), { signal: context.signal });
      await remove({ kind: item.kind, object: fresh }, decision.policy, context);
    } else await remove(item, decision.policy, context);
  }
  return owners.some(({ state }) => state === 'unknown') ? requeueAfter(unknownKindRecheckMs) : done;
}

/** An owner that the view does not show is asked for once more: the view may be behind. */
async function stateOf(
  reference: OwnerReference,
  dependent: KubeObject,
  graph: OwnerGraph,
  context: ReconcileContext,
): Promise<OwnerState> {
  const { client, signal } = context;
  if (graph.isGone(reference.uid)) return 'absent';
  const place = graph.ownerKey(reference, dependent);
  if (!place) {
    if (graph.ownerKind(reference)) tellInvalidNamespace(reference, dependent, context);
    return 'unknown';
  }
  const shown = client.view(place.kind).get(place.key);
  if (shown?.metadata.uid === reference.uid) return isDeletingForeground(shown) ? 'waiting' : 'solid';
  const owner = await client.get(place.kind, refOf(place.key), { signal }).catch((error: unknown) => {
    if (isApiError(error, 'NotFound')) return undefined;
    throw error;
  });
  if (owner?.metadata.uid === reference.uid) return isDeletingForeground(owner) ? 'waiting' : 'solid';
  const isElsewhere = client
    .view(place.kind)
    .list()
    .some(({ metadata: { uid, namespace } }) => uid === reference.uid && namespace !== dependent.metadata.namespace);
  if (isElsewhere) tellInvalidNamespace(reference, dependent, context);
  return 'absent';
}

/** Owners must be in the namespace of what they own, or in none. */
function tellInvalidNamespace(
  { apiVersion, kind, name, uid }: OwnerReference,
  dependent: KubeObject,
  { events }: ReconcileContext,
): void {
  const { namespace = '' } = dependent.metadata;
  const message = `ownerRef [${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}] does not exist in namespace "${namespace}"`;
  events.record(dependent, { type: 'Warning', reason: 'OwnerRefInvalidNamespace', message });
}
