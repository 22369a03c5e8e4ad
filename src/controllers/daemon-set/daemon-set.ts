import { controllerRevision } from '../../api/apps/controller-revision.ts';
import { daemonSet } from '../../api/apps/daemon-set.ts';
import { node } from '../../api/core/node.ts';
import { pod } from '../../api/core/pod.ts';
import { type Draft, type KubeObject, keyOf } from '../../api/object.ts';
import type { DaemonSet } from '../../api/schema/generated/types/apps-v1.ts';
import type { Node, Pod } from '../../api/schema/generated/types/core-v1.ts';
import { cachedLabelSelectorOf } from '../../api/selectors/label-selector.ts';
import { backoffMs } from '../../base/backoff.ts';
import {
  type Controller,
  changesOf,
  controller,
  done,
  mayWrite,
  mayWriteStatus,
  ownerKey,
  type ReconcileContext,
  requeueAfter,
  type Wake,
} from '../../controller-runtime/controller.ts';
import { claimObjects } from '../shared/claims.ts';
import { revisionHashLabel, syncHistory, truncateHistory } from '../shared/history.ts';
import { allOrFirstError, createPod, deletePod, podFromTemplate, slowStart } from '../shared/pod-control.ts';
import { soonest } from '../shared/pods.ts';
import { sameValue, writeStatus } from '../shared/status.ts';
import { changesOfOwned } from '../shared/wakes.ts';
import { affinityTo, daemonTolerations, nodeNameOf } from './nodes.ts';
import { type DaemonWorld, daemonStatus, planDaemons, planRollingUpdate } from './plan.ts';

const selectorOf = (set: DaemonSet) => cachedLabelSelectorOf(set.spec?.selector);

/** Only what decides where daemons run wakes the sets; a node's heartbeats do not. */
const nodeChanges: Wake = {
  kind: node,
  keysOf(change, client) {
    const { object, old } = change as { object: Node; old?: Node };
    if (change.type === 'modified' && old && sameValue(placing(object), placing(old))) return [];
    return client.view(daemonSet).list().map(keyOf);
  },
};

function placing({ metadata, spec }: Node): unknown {
  return [metadata.labels, spec?.taints, metadata.deletionTimestamp];
}

/** Keeps one pod of each daemon set on each node that it is meant for. */
export function daemonSetController(): Controller {
  const failures = new EndedPods();
  return controller({
    name: 'daemon-set-controller',
    wakesOn: [
      changesOf(daemonSet),
      nodeChanges,
      changesOfOwned(pod, daemonSet, selectorOf),
      changesOf(controllerRevision, ownerKey(daemonSet)),
    ],
    writes: [
      mayWriteStatus(daemonSet),
      mayWrite(pod, 'create', 'delete', 'patch'),
      mayWrite(controllerRevision, 'create', 'update', 'patch', 'delete'),
    ],
    async reconcile(key, context) {
      const { client, signal } = context;
      const set = client.view(daemonSet).get(key);
      if (!set || set.metadata.deletionTimestamp) return done;
      const selector = selectorOf(set);
      if (selector.matchesAll) {
        const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
        context.events.record(set, { type: 'Warning', reason: 'SelectingAll', message });
        return done;
      }
      const matches = (object: KubeObject) => selector.matches(object.metadata.labels);
      const history = await syncHistory(ownerOf(set, matches, context), context);
      const hash = history.update.metadata.labels?.[revisionHashLabel] ?? '';
      const worldNow = async (): Promise<DaemonWorld> => ({
        set,
        nodes: client.view(node).list(),
        pods: await claimObjects(client, pod, { kind: daemonSet, object: set, matches }, { signal }),
        hash,
        nowMs: context.now(),
      });
      const { waitMs, error } = await manage(await worldNow(), failures, context);
      if (!error && set.spec?.updateStrategy?.type !== 'OnDelete') await rollOn(await worldNow(), context);
      const world = await worldNow();
      const { status, recheckAfterMs } = daemonStatus(world);
      await writeStatus(context, daemonSet, set, status);
      if (error) throw error;
      const live = new Set(world.pods.map(({ metadata }) => metadata.labels?.[revisionHashLabel]));
      const isLive = ({ metadata }: KubeObject) => {
        const own = metadata.labels?.[revisionHashLabel];
        return own === hash || live.has(own);
      };
      await truncateHistory(history.all, { limit: set.spec?.revisionHistoryLimit ?? 10, isLive }, context);
      const nextMs = soonest([recheckAfterMs, waitMs]);
      return nextMs === undefined ? done : requeueAfter(nextMs);
    },
  });
}

/** What a status says that nobody has counted yet. */
const nothingCounted = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 };

function ownerOf(set: DaemonSet, matches: (object: KubeObject) => boolean, context: ReconcileContext) {
  return {
    kind: daemonSet,
    object: set,
    template: set.spec?.template ?? {},
    collisionCount: set.status?.collisionCount,
    matches,
    saveCollisionCount: (collisionCount: number) =>
      writeStatus(context, daemonSet, set, { ...nothingCounted, ...set.status, collisionCount }),
  };
}

async function manage(
  world: DaemonWorld,
  failures: EndedPods,
  context: ReconcileContext,
): Promise<{ waitMs: number | undefined; error: unknown }> {
  const { set } = world;
  const plan = planDaemons(world);
  const waits: number[] = [];
  const remove = [...plan.delete];
  for (const ended of plan.ended) {
    const waitMs = failures.waitMs(set, ended, world.nowMs);
    if (waitMs > 0) {
      waits.push(waitMs);
      continue;
    }
    const isFailed = ended.status?.phase === 'Failed';
    const name = keyOf(ended);
    const message = `Found ${isFailed ? 'failed' : 'succeeded'} daemon pod ${name} on node ${nodeNameOf(ended)}, will try to ${isFailed ? 'kill' : 'delete'} it`;
    const reason = isFailed ? 'FailedDaemonPod' : 'SucceededDaemonPod';
    context.events.record(set, { type: isFailed ? 'Warning' : 'Normal', reason, message });
    remove.push(ended);
  }
  try {
    await slowStart(plan.create.length, (at) => createPod(context, set, daemonPod(world, plan.create[at] ?? '')));
    await allOrFirstError(remove.map((object) => deletePod(context, set, object)));
    return { waitMs: soonest(waits), error: undefined };
  } catch (error) {
    if (context.signal.aborted) throw error;
    return { waitMs: soonest(waits), error };
  }
}

async function rollOn(world: DaemonWorld, context: ReconcileContext): Promise<void> {
  const plan = planRollingUpdate(world);
  await allOrFirstError(plan.delete.map((object) => deletePod(context, world.set, object)));
  await slowStart(plan.create.length, (at) => createPod(context, world.set, daemonPod(world, plan.create[at] ?? '')));
}

function daemonPod({ set, hash }: DaemonWorld, nodeName: string): Draft<Pod> {
  const made = podFromTemplate(set.spec?.template ?? {}, daemonSet, set);
  made.metadata.labels = { ...made.metadata.labels, [revisionHashLabel]: hash };
  const spec = made.spec ?? { containers: [] };
  spec.affinity = affinityTo(spec.affinity as NonNullable<Pod['spec']>['affinity'], nodeName) as Draft<
    NonNullable<typeof spec.affinity>
  >;
  spec.tolerations = [...daemonTolerations(spec as NonNullable<Pod['spec']>)];
  made.spec = spec;
  return made;
}

/** How often the pods of a set ended on a node lately: their successors wait longer each time, from 1 s to 15 min. */
class EndedPods {
  readonly #seen = new Map<string, { failures: number; uid: string; untilMs: number }>();

  /** How long to leave the ended pod where it is; 0: take it away now. */
  waitMs(set: DaemonSet, ended: Pod, nowMs: number): number {
    this.#forgetOld(nowMs);
    const key = `${set.metadata.uid}/${set.metadata.generation}/${nodeNameOf(ended)}`;
    const uid = ended.metadata.uid ?? '';
    let entry = this.#seen.get(key);
    if (entry?.uid !== uid) {
      const failures = (entry?.failures ?? 0) + 1;
      // The first one goes at once.
      const waitMs = failures === 1 ? 0 : backoffMs(failures - 1, { firstMs: 1_000, maxMs: 900_000 });
      entry = { failures, uid, untilMs: nowMs + waitMs };
      this.#seen.set(key, entry);
    }
    return Math.max(0, entry.untilMs - nowMs);
  }

  #forgetOld(nowMs: number): void {
    for (const [key, { untilMs }] of this.#seen) if (nowMs - untilMs > 1_800_000) this.#seen.delete(key);
  }
}
