import { pod as podKind } from '../../api/core/pod.ts';
import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Pod, PodTemplateSpec } from '../../api/schema/generated/types/core-v1.ts';
import type { LabelSelector } from '../../api/selectors/label-selector.ts';
import { toError } from '../../base/errors.ts';
import type { View } from '../../client/client.ts';
import { done, type Outcome, type ReconcileContext, requeueAfter } from '../../controller-runtime/controller.ts';
import { claimObjects } from '../shared/claims.ts';
import { byController } from '../shared/indexes.ts';
import { allOrFirstError, createPod, deletePod, podFromTemplate, slowStart } from '../shared/pod-control.ts';
import { writeStatus } from '../shared/status.ts';
import {
  planReplicas,
  type ReplicaFailure,
  type ReplicaOwner,
  type ReplicaPlan,
  type ReplicaStatus,
  replicaStatus,
} from './plan.ts';

/** Where ReplicaSet and ReplicationController differ. */
export interface ReplicaKind<T extends KubeObject> {
  readonly kind: Kind<T>;
  selectorOf(object: T): LabelSelector;
  /** The objects whose pods make one application with this one's, itself included. */
  related(object: T, view: View<T>): readonly T[];
}

type Replicas = KubeObject & {
  readonly spec?: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly template?: PodTemplateSpec;
  };
  readonly status?: object;
};

export async function reconcileReplicas<T extends Replicas>(
  { kind, selectorOf, related }: ReplicaKind<T>,
  key: string,
  context: ReconcileContext,
): Promise<Outcome> {
  const { client, signal } = context;
  const set = client.view(kind).get(key);
  if (!set) return done;
  const selector = selectorOf(set);
  const claimant = { kind, object: set, matches: (object: KubeObject) => selector.matches(object.metadata.labels) };
  const pods = await claimObjects(client, podKind, claimant, { signal });
  const owner: ReplicaOwner = {
    ...(set.metadata.generation !== undefined && { generation: set.metadata.generation }),
    replicas: set.spec?.replicas ?? 1,
    minReadySeconds: set.spec?.minReadySeconds ?? 0,
    templateLabels: set.spec?.template?.metadata?.labels ?? {},
    isLeaving: set.metadata.deletionTimestamp !== undefined,
  };
  const ownPodsOf = (object: T): readonly Pod[] => client.view(podKind).by(byController, object.metadata.uid ?? '');
  const relatedPods = related(set, client.view(kind)).flatMap(ownPodsOf);
  const plan = planReplicas(owner, pods, { relatedPods, nowMs: context.now() });
  const error = await carryOut(plan, kind, set, context);
  const failure: ReplicaFailure | undefined = error && {
    reason: plan.create > 0 ? 'FailedCreate' : 'FailedDelete',
    message: error.message,
  };
  const old = set.status as ReplicaStatus | undefined;
  const { status, recheckAfterMs } = replicaStatus(owner, pods, { old, failure, nowMs: context.now() });
  await writeStatus(context, kind, set, status as NonNullable<T['status']>);
  if (error) throw error;
  return recheckAfterMs === undefined ? done : requeueAfter(recheckAfterMs);
}

async function carryOut<T extends Replicas>(
  plan: ReplicaPlan,
  kind: Kind<T>,
  set: T,
  context: ReconcileContext,
): Promise<Error | undefined> {
  try {
    const template = set.spec?.template;
    if (plan.create > 0 && template)
      await slowStart(plan.create, () => createPod(context, set, podFromTemplate(template, kind, set)));
    await allOrFirstError(plan.delete.map((pod) => deletePod(context, set, pod)));
    return undefined;
  } catch (error) {
    if (context.signal.aborted) throw error;
    return toError(error);
  }
}
