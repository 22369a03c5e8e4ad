import { controllerRevision } from '../../api/apps/controller-revision.ts';
import { statefulSet } from '../../api/apps/stateful-set.ts';
import { persistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts';
import { pod } from '../../api/core/pod.ts';
import { type KubeObject, keyOf, refOf } from '../../api/object.ts';
import type { StatefulSet } from '../../api/schema/generated/types/apps-v1.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { cachedLabelSelectorOf } from '../../api/selectors/label-selector.ts';
import { isApiError } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import {
  changesOf,
  controller,
  done,
  mayWrite,
  mayWriteStatus,
  ownerKey,
  type ReconcileContext,
  requeueAfter,
} from '../../controller-runtime/controller.ts';
import { claimObjects } from '../shared/claims.ts';
import { type History, syncHistory, templateOf, truncateHistory } from '../shared/history.ts';
import { isNamespaceTerminating } from '../shared/pod-control.ts';
import { writeStatus } from '../shared/status.ts';
import { changesOfOwned } from '../shared/wakes.ts';
import { ensureClaims, keepRetention } from './claims.ts';
import { hasIdentity, memberPod, ordinalOf, podIndexLabel, podName, podNameLabel, podRevision } from './identity.ts';
import { planStatefulSet, type StatefulPlan, type StatefulWorld, type Step, statefulStatus } from './plan.ts';

const selectorOf = (set: StatefulSet) => cachedLabelSelectorOf(set.spec?.selector);

/** Keeps numbered pods with stable names and storage. */
export const statefulSetController = controller({
  name: 'statefulset-controller',
  wakesOn: [
    changesOf(statefulSet),
    changesOfOwned(pod, statefulSet, selectorOf),
    changesOf(controllerRevision, ownerKey(statefulSet)),
  ],
  reads: [persistentVolumeClaim],
  writes: [
    mayWriteStatus(statefulSet),
    mayWrite(pod, 'create', 'update', 'patch', 'delete'),
    mayWrite(persistentVolumeClaim, 'create', 'update'),
    mayWrite(controllerRevision, 'create', 'update', 'patch', 'delete'),
  ],
  async reconcile(key, context) {
    const { client, signal } = context;
    const set = client.view(statefulSet).get(key);
    if (!set) return done;
    const selector = selectorOf(set);
    const claimant = {
      kind: statefulSet,
      object: set,
      matches: (object: KubeObject) =>
        selector.matches(object.metadata.labels) &&
        (object.kind !== pod.kind || ordinalOf(set, object as Pod) !== undefined),
    };
    const pods = await claimObjects(client, pod, claimant, { signal });
    const history = await syncHistory(
      ownerOf(set, (object) => selector.matches(object.metadata.labels), context),
      context,
    );
    const updateRevision = history.update.metadata.name ?? '';
    const known = history.all.some(({ metadata }) => metadata.name === set.status?.currentRevision);
    const currentRevision = (known && set.status?.currentRevision) || updateRevision;
    const world: StatefulWorld = { set, pods, currentRevision, updateRevision, nowMs: context.now() };
    const plan = planStatefulSet(world);
    const error = await carryOut(plan, { world, history }, context);
    const after = { ...world, pods: await claimObjects(client, pod, claimant, { signal }), nowMs: context.now() };
    const { status, recheckAfterMs } = statefulStatus(after);
    await writeStatus(context, statefulSet, set, status);
    if (error) throw error;
    const live = new Set([currentRevision, updateRevision, ...pods.map(podRevision)]);
    const isLive = ({ metadata }: KubeObject) => live.has(metadata.name);
    await truncateHistory(history.all, { limit: set.spec?.revisionHistoryLimit ?? 10, isLive }, context);
    return recheckAfterMs === undefined ? done : requeueAfter(recheckAfterMs);
  },
});

function ownerOf(set: StatefulSet, matches: (object: KubeObject) => boolean, context: ReconcileContext) {
  return {
    kind: statefulSet,
    object: set,
    template: set.spec?.template ?? {},
    collisionCount: set.status?.collisionCount,
    matches,
    saveCollisionCount: (collisionCount: number) =>
      writeStatus(context, statefulSet, set, { replicas: 0, ...set.status, collisionCount }),
  };
}

interface Material {
  readonly world: StatefulWorld;
  readonly history: History;
}

async function carryOut(plan: StatefulPlan, material: Material, context: ReconcileContext): Promise<Error | undefined> {
  const { set } = material.world;
  try {
    for (const member of plan.condemned) await keepRetention(set, { ...member, isCondemned: true }, context);
    for (const { ordinal, pod: member } of plan.members) {
      if (member.status?.phase === 'Pending') await ensureClaims(set, ordinal, context);
      await keepRetention(set, { ordinal, pod: member, isCondemned: false }, context);
      if (!hasIdentity(set, member, ordinal)) await mendLabels(set, { pod: member, ordinal }, context);
    }
    for (const step of plan.steps) await take(step, material, context);
    return undefined;
  } catch (error) {
    if (context.signal.aborted) throw error;
    return isNamespaceTerminating(error) ? undefined : toError(error);
  }
}

async function take(step: Step, material: Material, context: ReconcileContext): Promise<void> {
  const { set } = material.world;
  if (step.type === 'create') {
    await ensureClaims(set, step.ordinal, context);
    await tell(set, { verb: 'create', name: podName(set, step.ordinal) }, context, () =>
      context.client.create(pod, memberOf(step, material), { signal: context.signal }),
    );
    return;
  }
  if (step.why === 'ended') {
    const phase = step.pod.status?.phase ?? '';
    const message = `StatefulSet ${keyOf(set)} is recreating ${phase.toLowerCase()} Pod ${step.pod.metadata.name}`;
    const reason = phase === 'Failed' ? 'RecreatingFailedPod' : 'RecreatingTerminatedPod';
    context.events.record(set, { type: phase === 'Failed' ? 'Warning' : 'Normal', reason, message });
  }
  await tell(set, { verb: 'delete', name: step.pod.metadata.name ?? '' }, context, () => remove(step.pod, context));
}

async function remove(member: Pod, { client, signal }: ReconcileContext): Promise<void> {
  try {
    const preconditions = member.metadata.uid ? { uid: member.metadata.uid } : {};
    await client.delete(pod, refOf(keyOf(member)), { signal, preconditions });
  } catch (error) {
    if (!isApiError(error, 'NotFound', 'Conflict')) throw error;
  }
}

function memberOf(step: Step & { type: 'create' }, { world, history }: Material) {
  const { set } = world;
  const current = history.all.find(({ metadata }) => metadata.name === world.currentRevision);
  const revision = step.isUpdate || !current ? history.update : current;
  const template = templateOf(revision) ?? set.spec?.template ?? {};
  return memberPod(set, step.ordinal, { revision, template });
}

async function mendLabels(
  set: StatefulSet,
  member: { readonly pod: Pod; readonly ordinal: number },
  { client, signal }: ReconcileContext,
): Promise<void> {
  const labels = {
    ...member.pod.metadata.labels,
    [podNameLabel]: podName(set, member.ordinal),
    [podIndexLabel]: String(member.ordinal),
  };
  await client.update(pod, { ...member.pod, metadata: { ...member.pod.metadata, labels } }, { signal });
}

async function tell(
  set: StatefulSet,
  what: { readonly verb: 'create' | 'delete'; readonly name: string },
  { events, signal }: ReconcileContext,
  work: () => Promise<unknown>,
): Promise<void> {
  const reason = what.verb === 'create' ? 'Create' : 'Delete';
  const text = `${what.verb} Pod ${what.name} in StatefulSet ${set.metadata.name}`;
  try {
    await work();
    events.record(set, { type: 'Normal', reason: `Successful${reason}`, message: `${text} successful` });
  } catch (error) {
    if (!signal.aborted && !isNamespaceTerminating(error)) {
      const message = `${text} failed error: ${toError(error).message}`;
      events.record(set, { type: 'Warning', reason: `Failed${reason}`, message });
    }
    throw error;
  }
}
