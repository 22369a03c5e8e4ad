import { controllerOf } from '../../api/object.ts';
import type { Deployment, DeploymentCondition, ReplicaSet } from '../../api/schema/generated/types/apps-v1.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { isTerminal } from '../shared/pods.ts';
import { isResized, newSetSize, resize, rollNewSet, rollOldSets, type Sizes } from './scale.ts';
import {
  type Annotations,
  boundsOf,
  byCreation,
  findNewSet,
  isComplete,
  newSetAnnotations,
  nextRevision,
  replicasOf,
  revisionAnnotation,
  revisionOf,
  sizeAnnotations,
} from './sets.ts';
import { type ConditionText, countStatus, findCondition, hasDeadline } from './status.ts';

export interface World {
  readonly deployment: Deployment;
  /** The deployment's own replica sets. */
  readonly sets: readonly ReplicaSet[];
  /** The pods of those sets; read only where the strategy is Recreate. */
  readonly pods: readonly Pod[];
  readonly nowMs: number;
}

/** A replica set to bring to this size and these annotations. */
export interface SetChange {
  readonly set: ReplicaSet;
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly annotations: Annotations;
}

export interface DeploymentPlan {
  readonly newSet: ReplicaSet | undefined;
  readonly oldSets: readonly ReplicaSet[];
  /** A new replica set to make. */
  readonly create?: { readonly replicas: number; readonly annotations: Annotations };
  readonly changes: readonly SetChange[];
  readonly remove: readonly ReplicaSet[];
  /** What the deployment's revision annotation must say. */
  readonly revision?: string;
  /** To put into the deployment's conditions. */
  readonly conditions: readonly ConditionText[];
  /** The status says how the rollout gets on; not while paused or just resized. */
  readonly isRollingOut: boolean;
}

/** The next step of a deployment. One look makes one kind of step; the changes it makes wake the next. */
export function planDeployment(world: World): DeploymentPlan {
  const { deployment, sets } = world;
  const bounds = boundsOf(deployment);
  const newSet = findNewSet(deployment, sets);
  const oldSets = sets.filter((set) => set !== newSet);
  const base: DeploymentPlan = { newSet, oldSets, changes: [], remove: [], conditions: [], isRollingOut: true };
  if (deployment.metadata.deletionTimestamp) return { ...base, isRollingOut: false };
  const paused = pauseCondition(deployment);
  const conditions = paused ? [paused] : [];
  const isPaused = deployment.spec?.paused === true;
  const sizes = resize(bounds, oldSets, newSet, deployment.status?.replicas ?? 0);
  if (isPaused || (sizes.size > 0 && isResized(bounds, sets))) {
    const changes = changesOf(world, sizes);
    const remove = isPaused ? outdatedSets(deployment, oldSets) : [];
    return { ...base, changes, remove, conditions, isRollingOut: false };
  }
  const step = bounds.isRolling ? planRolling(world, base) : planRecreate(world, base);
  return { ...step, conditions: [...conditions, ...step.conditions] };
}

function planRolling(world: World, base: DeploymentPlan): DeploymentPlan {
  const plan = withNewSet(world, base);
  if (!plan.newSet || plan.create || plan.changes.length > 0) return plan;
  const bounds = boundsOf(world.deployment);
  const up = rollNewSet(bounds, world.sets, plan.newSet);
  if (up.size > 0) return { ...plan, changes: changesOf(world, up) };
  const down = rollOldSets(bounds, plan.oldSets, plan.newSet);
  if (down.size > 0) return { ...plan, changes: changesOf(world, down) };
  return { ...plan, remove: removableNow(world, plan) };
}

/** All old pods go before the first new one comes. */
function planRecreate(world: World, base: DeploymentPlan): DeploymentPlan {
  const down: Sizes = new Map(base.oldSets.filter((set) => replicasOf(set) > 0).map((set) => [set, 0]));
  if (down.size > 0) return { ...base, changes: changesOf(world, down) };
  const newUid = base.newSet?.metadata.uid;
  if (world.pods.some((pod) => !isTerminal(pod) && controllerOf(pod)?.uid !== newUid)) return base;
  const plan = withNewSet(world, base);
  if (!plan.newSet || plan.create || plan.changes.length > 0) return plan;
  const replicas = boundsOf(world.deployment).replicas;
  if (replicasOf(plan.newSet) !== replicas)
    return { ...plan, changes: changesOf(world, new Map([[plan.newSet, replicas]])) };
  return { ...plan, remove: removableNow(world, plan) };
}

/** Makes the new set, or brings its revision and annotations up to date. */
function withNewSet(world: World, base: DeploymentPlan): DeploymentPlan {
  const { deployment } = world;
  const { newSet, oldSets } = base;
  const revision = nextRevision(oldSets);
  const bounds = boundsOf(deployment);
  if (!newSet) {
    const replicas = newSetSize(bounds, world.sets, 0);
    const annotations = { ...newSetAnnotations(deployment, {}, revision), ...sizeAnnotations(bounds) };
    return { ...base, create: { replicas, annotations }, revision: String(revision) };
  }
  const annotations = newSetAnnotations(deployment, newSet.metadata.annotations ?? {}, revision);
  const minReadySeconds = deployment.spec?.minReadySeconds ?? 0;
  const change = { set: newSet, replicas: replicasOf(newSet), minReadySeconds, annotations };
  const changes = isChange(change) ? [change] : [];
  const isNew = hasDeadline(deployment) && !findCondition(deployment.status?.conditions, 'Progressing');
  const conditions: readonly ConditionText[] = isNew
    ? [
        {
          type: 'Progressing',
          status: 'True',
          reason: 'FoundNewReplicaSet',
          message: `Found new replica set "${newSet.metadata.name}"`,
        },
      ]
    : [];
  return { ...base, changes, revision: annotations[revisionAnnotation] ?? String(revision), conditions };
}

function changesOf({ deployment }: World, sizes: Sizes): readonly SetChange[] {
  const marks = sizeAnnotations(boundsOf(deployment));
  return [...sizes]
    .map(([set, replicas]) => ({
      set,
      replicas,
      minReadySeconds: set.spec?.minReadySeconds ?? 0,
      annotations: { ...set.metadata.annotations, ...marks },
    }))
    .filter(isChange);
}

function isChange({ set, replicas, minReadySeconds, annotations }: SetChange): boolean {
  const current = set.metadata.annotations ?? {};
  return (
    replicas !== replicasOf(set) ||
    minReadySeconds !== (set.spec?.minReadySeconds ?? 0) ||
    Object.entries(annotations).some(([name, value]) => current[name] !== value)
  );
}

/** Old sets beyond the history limit, once the rollout is complete. */
function removableNow(world: World, { newSet, oldSets }: DeploymentPlan): readonly ReplicaSet[] {
  const { deployment, nowMs } = world;
  const conditions: readonly DeploymentCondition[] = deployment.status?.conditions ?? [];
  const status = countStatus({ deployment, newSet, oldSets, conditions, collisionCount: undefined, nowMs });
  return isComplete(deployment, status) ? outdatedSets(deployment, oldSets) : [];
}

function outdatedSets(deployment: Deployment, oldSets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const limit = deployment.spec?.revisionHistoryLimit;
  if (limit === undefined || limit >= 2 ** 31 - 1) return [];
  const alive = oldSets.filter((set) => !set.metadata.deletionTimestamp);
  return [...alive]
    .sort((a, b) => revisionOf(a) - revisionOf(b) || byCreation(a, b))
    .slice(0, Math.max(0, alive.length - limit))
    .filter(
      (set) =>
        replicasOf(set) === 0 &&
        (set.status?.replicas ?? 0) === 0 &&
        (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0),
    );
}

/** A pause stops the clock of the progress deadline, and resuming starts it anew. */
function pauseCondition(deployment: Deployment): ConditionText | undefined {
  if (!hasDeadline(deployment)) return undefined;
  const progress = findCondition(deployment.status?.conditions, 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded') return undefined;
  const wasPaused = progress?.reason === 'DeploymentPaused';
  const say = (reason: string, message: string) => ({ type: 'Progressing', status: 'Unknown', reason, message });
  if (deployment.spec?.paused && !wasPaused) return say('DeploymentPaused', 'Deployment is paused');
  if (!deployment.spec?.paused && wasPaused) return say('DeploymentResumed', 'Deployment is resumed');
  return undefined;
}
