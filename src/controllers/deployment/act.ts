import { deployment as deploymentKind } from '../../api/apps/deployment.ts';
import { replicaSet as replicaSetKind } from '../../api/apps/replica-set.ts';
import { controllerOf, draftOf, keyOf, refOf } from '../../api/object.ts';
import type { Deployment, DeploymentCondition, ReplicaSet } from '../../api/schema/generated/types/apps-v1.ts';
import { isApiError } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import type { NewObject } from '../../client/client.ts';
import type { ReconcileContext } from '../../controller-runtime/controller.ts';
import { controllerReference } from '../shared/claims.ts';
import { sameTemplate } from '../shared/hash.ts';
import { isNamespaceTerminating } from '../shared/pod-control.ts';
import type { DeploymentPlan, SetChange } from './plan.ts';
import { podTemplateHashLabel, replicasOf, revisionAnnotation, templateHash } from './sets.ts';
import { type ConditionText, hasDeadline, putCondition } from './status.ts';

/** What the writes made of the plan: the world as it is now. */
export interface Outcome {
  readonly deployment: Deployment;
  readonly newSet: ReplicaSet | undefined;
  readonly oldSets: readonly ReplicaSet[];
  readonly conditions: readonly DeploymentCondition[];
  readonly collisionCount: number | undefined;
  /** Why the new replica set could not be made. */
  readonly failure?: Error;
}

export async function carryOut(
  plan: DeploymentPlan,
  deployment: Deployment,
  context: ReconcileContext,
): Promise<Outcome> {
  let { newSet, oldSets } = plan;
  let conditions = deployment.status?.conditions ?? [];
  let collisionCount = deployment.status?.collisionCount;
  let failure: Error | undefined;
  const put = (text: ConditionText, refresh = false) => {
    conditions = putCondition(conditions, text, { nowMs: context.now(), refresh });
  };
  for (const condition of plan.conditions) put(condition, true);
  if (plan.create) {
    const set = newReplicaSet(deployment, plan.create);
    try {
      newSet = await createSet(deployment, set, context);
      if (hasDeadline(deployment) && newSet)
        put(progress('True', 'NewReplicaSetCreated', `Created new replica set "${newSet.metadata.name}"`));
    } catch (error) {
      if (context.signal.aborted) throw error;
      failure = toError(error);
      if (isApiError(error, 'AlreadyExists')) collisionCount = (collisionCount ?? 0) + 1;
      else if (!isNamespaceTerminating(error)) {
        const message = `Failed to create new replica set "${set.metadata.name}": ${failure.message}`;
        put(progress('False', 'ReplicaSetCreateError', message));
        context.events.record(deployment, { type: 'Warning', reason: 'ReplicaSetCreateError', message });
      }
    }
  }
  for (const change of plan.changes) {
    const changed = await changeSet(deployment, change, context);
    if (change.set === newSet) newSet = changed;
    oldSets = oldSets.map((set) => (set === change.set ? changed : set));
  }
  for (const set of plan.remove) await removeSet(set, context);
  const current = failure ? deployment : await writeRevision(deployment, plan.revision, context);
  return { deployment: current, newSet, oldSets, conditions, collisionCount, ...(failure && { failure }) };
}

function progress(status: string, reason: string, message: string): ConditionText {
  return { type: 'Progressing', status, reason, message };
}

function newReplicaSet(
  deployment: Deployment,
  { replicas, annotations }: NonNullable<DeploymentPlan['create']>,
): NewObject<ReplicaSet> {
  const hash = templateHash(deployment, deployment.status?.collisionCount);
  const template = draftOf(deployment.spec?.template ?? {});
  const selector = draftOf(deployment.spec?.selector ?? {});
  const labels = { ...template.metadata?.labels, [podTemplateHashLabel]: hash };
  return {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      ...(deployment.metadata.namespace && { namespace: deployment.metadata.namespace }),
      labels,
      annotations,
      ownerReferences: [controllerReference(deploymentKind, deployment)],
    },
    spec: {
      replicas,
      ...(deployment.spec?.minReadySeconds && { minReadySeconds: deployment.spec.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [podTemplateHashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** Rejects with AlreadyExists only when the name belongs to another's set or another template. */
async function createSet(
  deployment: Deployment,
  set: NewObject<ReplicaSet>,
  context: ReconcileContext,
): Promise<ReplicaSet> {
  const { client, signal } = context;
  try {
    const created = await client.create(replicaSetKind, set, { signal });
    tellScaled(deployment, created, 0, context);
    return created;
  } catch (error) {
    if (!isApiError(error, 'AlreadyExists')) throw error;
    const existing = await client.get(replicaSetKind, refOf(keyOf(set)), { signal });
    const isOurs = controllerOf(existing)?.uid === deployment.metadata.uid;
    if (isOurs && sameTemplate(existing.spec?.template, deployment.spec?.template)) return existing;
    throw error;
  }
}

async function changeSet(deployment: Deployment, change: SetChange, context: ReconcileContext): Promise<ReplicaSet> {
  const next = draftOf(change.set);
  next.metadata.annotations = { ...change.annotations };
  const spec = next.spec ?? { selector: {} };
  spec.replicas = change.replicas;
  if (change.minReadySeconds !== (spec.minReadySeconds ?? 0)) spec.minReadySeconds = change.minReadySeconds;
  next.spec = spec;
  const updated = await context.client.update(replicaSetKind, next as ReplicaSet, { signal: context.signal });
  tellScaled(deployment, updated, replicasOf(change.set), context);
  return updated;
}

function tellScaled(deployment: Deployment, set: ReplicaSet, before: number, context: ReconcileContext): void {
  const after = replicasOf(set);
  if (after === before) return;
  const direction = after > before ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${after}`;
  context.events.record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
}

async function removeSet(set: ReplicaSet, { client, signal }: ReconcileContext): Promise<void> {
  try {
    const preconditions = set.metadata.uid ? { uid: set.metadata.uid } : {};
    await client.delete(replicaSetKind, refOf(keyOf(set)), { signal, preconditions });
  } catch (error) {
    if (!isApiError(error, 'NotFound', 'Conflict')) throw error;
  }
}

async function writeRevision(
  deployment: Deployment,
  revision: string | undefined,
  { client, signal }: ReconcileContext,
): Promise<Deployment> {
  if (revision === undefined || deployment.metadata.annotations?.[revisionAnnotation] === revision) return deployment;
  const annotations = { ...deployment.metadata.annotations, [revisionAnnotation]: revision };
  return await client.update(
    deploymentKind,
    { ...deployment, metadata: { ...deployment.metadata, annotations } },
    { signal },
  );
}
