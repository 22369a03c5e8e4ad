import type { Deployment, DeploymentStatus, ReplicaSet } from '../../api/schema/generated/types/apps-v1.ts';
import { podTemplateHashLabel, sameTemplate, shortHash } from '../shared/hash.ts';
import { resolveCount } from '../shared/int-or-percent.ts';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history';
const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';

/** Annotations of a deployment that its replica sets do not take over. */
const ownAnnotations: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
]);

/** The size limit that the history in one annotation keeps. */
const maxHistoryLength = 2_000;

/** A deployment's numbers with percentages worked out. */
export interface Bounds {
  readonly replicas: number;
  readonly isRolling: boolean;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

export function boundsOf({ spec }: Deployment): Bounds {
  const replicas = spec?.replicas ?? 1;
  const isRolling = spec?.strategy?.type !== 'Recreate';
  if (!isRolling) return { replicas, isRolling, maxSurge: 0, maxUnavailable: 0 };
  const maxSurge = resolveCount(spec?.strategy?.rollingUpdate?.maxSurge ?? '25%', replicas, 'up') ?? 0;
  let maxUnavailable = resolveCount(spec?.strategy?.rollingUpdate?.maxUnavailable ?? '25%', replicas, 'down') ?? 0;
  // Both 0 would forbid every step.
  if (maxSurge === 0 && maxUnavailable === 0) maxUnavailable = 1;
  return { replicas, isRolling, maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}

export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const order = (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '');
  return order || (a.metadata.name ?? '').localeCompare(b.metadata.name ?? '');
}

/** The replica set whose template is the deployment's; the oldest, should there be several. */
export function findNewSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(byCreation).find((set) => sameTemplate(set.spec?.template, deployment.spec?.template));
}

export function replicasOf(set: ReplicaSet): number {
  return set.spec?.replicas ?? 1;
}

export function totalReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + replicasOf(set), 0);
}

export function totalAvailable(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0);
}

export function revisionOf(set: ReplicaSet): number {
  return Number.parseInt(set.metadata.annotations?.[revisionAnnotation] ?? '0', 10) || 0;
}

/** The revision that the new set has or gets: one more than any old set's. */
export function nextRevision(oldSets: readonly ReplicaSet[]): number {
  return Math.max(0, ...oldSets.map(revisionOf)) + 1;
}

/** The hash that names a replica set; `collisionCount` grows when another's set already has the name. */
export function templateHash(deployment: Deployment, collisionCount: number | undefined): string {
  return shortHash(deployment.spec?.template, collisionCount);
}

export type Annotations = Readonly<Record<string, string>>;

/** What a new set's annotations become: the deployment's own, the revision with its history. */
export function newSetAnnotations(deployment: Deployment, current: Annotations, revision: number): Annotations {
  const annotations: Record<string, string> = { ...current };
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {}))
    if (!ownAnnotations.has(name)) annotations[name] = value;
  const oldRevision = current[revisionAnnotation];
  const oldNumber = Number.parseInt(oldRevision ?? '0', 10) || 0;
  if (oldNumber >= revision) return annotations;
  annotations[revisionAnnotation] = String(revision);
  if (oldRevision) {
    const history = [...(current[revisionHistoryAnnotation]?.split(',') ?? []), oldRevision];
    while (history.join(',').length > maxHistoryLength) history.shift();
    annotations[revisionHistoryAnnotation] = history.join(',');
  }
  return annotations;
}

/** The deployment's size as its sets remember it: what proportional scaling compares with. */
export function sizeAnnotations({ replicas, maxSurge }: Bounds): Annotations {
  return { [desiredReplicasAnnotation]: String(replicas), [maxReplicasAnnotation]: String(replicas + maxSurge) };
}

export function desiredReplicasOf(set: ReplicaSet): number | undefined {
  return annotatedNumber(set, desiredReplicasAnnotation);
}

export function maxReplicasOf(set: ReplicaSet): number | undefined {
  return annotatedNumber(set, maxReplicasAnnotation);
}

function annotatedNumber(set: ReplicaSet, name: string): number | undefined {
  const text = set.metadata.annotations?.[name];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** All pods are of the new template, as many as wanted, and available. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const replicas = deployment.spec?.replicas ?? 1;
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

export { podTemplateHashLabel };
