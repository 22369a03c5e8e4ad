import { formatTime } from '../../api/object.ts';
import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
} from '../../api/schema/generated/types/apps-v1.ts';
import { timeMs } from '../shared/pods.ts';
import { boundsOf, isComplete, replicasOf, totalAvailable } from './sets.ts';

export type ConditionText = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>;

/** Larger deadlines mean none. */
const noDeadlineSeconds = 2 ** 31 - 1;

export function hasDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec?.progressDeadlineSeconds;
  return seconds !== undefined && seconds < noDeadlineSeconds;
}

export function findCondition(
  conditions: readonly DeploymentCondition[] | undefined,
  type: string,
): DeploymentCondition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Puts a condition last; does nothing when status and reason stay, unless `refresh` is asked for. */
export function putCondition(
  conditions: readonly DeploymentCondition[],
  text: ConditionText,
  options: { readonly nowMs: number; readonly refresh?: boolean },
): readonly DeploymentCondition[] {
  const old = findCondition(conditions, text.type);
  if (old && !options.refresh && old.status === text.status && old.reason === text.reason) return conditions;
  const now = formatTime(options.nowMs);
  const lastTransitionTime = (old?.status === text.status && old.lastTransitionTime) || now;
  return [...conditions.filter((condition) => condition !== old), { ...text, lastUpdateTime: now, lastTransitionTime }];
}

export interface StatusInput {
  readonly deployment: Deployment;
  readonly newSet: ReplicaSet | undefined;
  readonly oldSets: readonly ReplicaSet[];
  /** Conditions to start from; they may already say what this look did (a set was made, the rollout was paused). */
  readonly conditions: readonly DeploymentCondition[];
  readonly collisionCount: number | undefined;
  readonly nowMs: number;
}

/** The counts, and whether the deployment is available. */
export function countStatus(input: StatusInput): DeploymentStatus {
  const { deployment, newSet, oldSets, collisionCount } = input;
  const sets = newSet ? [...oldSets, newSet] : oldSets;
  const sum = (count: (set: ReplicaSet) => number | undefined) =>
    sets.reduce((total, set) => total + (count(set) ?? 0), 0);
  const bounds = boundsOf(deployment);
  const available = totalAvailable(sets);
  const replicas = sum((set) => set.status?.replicas);
  const wanted = sets.reduce((total, set) => total + replicasOf(set), 0);
  const isAvailable = available >= bounds.replicas - bounds.maxUnavailable;
  const conditions = putCondition(
    input.conditions,
    isAvailable
      ? {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    { nowMs: input.nowMs },
  );
  const counts = {
    replicas,
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: sum((set) => set.status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted - available),
  };
  return {
    ...(deployment.metadata.generation !== undefined && { observedGeneration: deployment.metadata.generation }),
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
    terminatingReplicas: sum((set) => set.status?.terminatingReplicas),
    ...(collisionCount !== undefined && { collisionCount }),
    conditions,
  };
}

/** The status during a rollout: counts, and how it gets on. */
export function rolloutStatus(input: StatusInput): DeploymentStatus {
  const { deployment, newSet, nowMs } = input;
  const status = countStatus(input);
  let conditions = status.conditions ?? [];
  const old = deployment.status ?? {};
  const progress = findCondition(input.conditions, 'Progressing');
  const isOver =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && progress?.reason === 'NewReplicaSetAvailable';
  if (!hasDeadline(deployment)) conditions = conditions.filter((condition) => condition.type !== 'Progressing');
  else if (!isOver) {
    const subject = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
    const say = (status_: string, reason: string, message: string) => ({
      type: 'Progressing',
      status: status_,
      reason,
      message: `${subject} ${message}`,
    });
    if (isComplete(deployment, status))
      conditions = putCondition(conditions, say('True', 'NewReplicaSetAvailable', 'has successfully progressed.'), {
        nowMs,
      });
    else if (hasProgressed(old, status))
      conditions = putCondition(conditions, say('True', 'ReplicaSetUpdated', 'is progressing.'), {
        nowMs,
        refresh: true,
      });
    else if (isTimedOut(deployment, progress, nowMs))
      conditions = putCondition(conditions, say('False', 'ProgressDeadlineExceeded', 'has timed out progressing.'), {
        nowMs,
      });
  }
  const failure = replicaFailure(newSet, input.oldSets);
  conditions = failure
    ? putCondition(conditions, failure, { nowMs })
    : conditions.filter((condition) => condition.type !== 'ReplicaFailure');
  return { ...status, conditions };
}

function hasProgressed(old: DeploymentStatus, now: DeploymentStatus): boolean {
  const oldPods = (status: DeploymentStatus) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    oldPods(now) < oldPods(old) ||
    (now.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  );
}

function isTimedOut(deployment: Deployment, progress: DeploymentCondition | undefined, nowMs: number): boolean {
  if (!progress || progress.reason === 'NewReplicaSetAvailable') return false;
  if (progress.reason === 'ProgressDeadlineExceeded') return true;
  const sinceMs = timeMs(progress.lastUpdateTime);
  return sinceMs !== undefined && sinceMs + deadlineMs(deployment) < nowMs;
}

function deadlineMs(deployment: Deployment): number {
  return (deployment.spec?.progressDeadlineSeconds ?? 600) * 1_000;
}

/** When to look whether the deadline has passed; undefined when nothing waits for it. */
export function deadlineCheckMs(deployment: Deployment, status: DeploymentStatus, nowMs: number): number | undefined {
  const progress = findCondition(status.conditions, 'Progressing');
  if (!hasDeadline(deployment) || !progress || deployment.spec?.paused || isComplete(deployment, status))
    return undefined;
  if (progress.reason === 'ProgressDeadlineExceeded' || progress.reason === 'NewReplicaSetAvailable') return undefined;
  const sinceMs = timeMs(progress.lastUpdateTime) ?? nowMs;
  // Times in objects have whole seconds: one more, so that the deadline has surely passed.
  return Math.max(1_000, sinceMs + deadlineMs(deployment) + 1_000 - nowMs);
}

function replicaFailure(newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): ConditionText | undefined {
  for (const set of newSet ? [newSet, ...oldSets] : oldSets) {
    const found = set.status?.conditions?.find((condition) => condition.type === 'ReplicaFailure');
    if (found) {
      const { type, status, reason, message } = found;
      return { type, status, ...(reason !== undefined && { reason }), ...(message !== undefined && { message }) };
    }
  }
  return undefined;
}
