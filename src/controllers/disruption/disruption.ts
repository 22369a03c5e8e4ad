import { deployment } from '../../api/apps/deployment.ts';
import { replicaSet } from '../../api/apps/replica-set.ts';
import { statefulSet } from '../../api/apps/stateful-set.ts';
import { pod } from '../../api/core/pod.ts';
import { replicationController } from '../../api/core/replication-controller.ts';
import type { Kind } from '../../api/kind.ts';
import { controllerOf, type KubeObject, keyOf } from '../../api/object.ts';
import { podDisruptionBudget } from '../../api/policy/pod-disruption-budget.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../api/schema/generated/types/policy-v1.ts';
import { cachedLabelSelectorOf } from '../../api/selectors/label-selector.ts';
import type { Client } from '../../client/client.ts';
import { changesOf, controller, done, mayWriteStatus, requeueAfter } from '../../controller-runtime/controller.ts';
import { writeStatus } from '../shared/status.ts';
import { failedStatus, planBudget } from './plan.ts';

/** Kinds with a number of pods to want; a deployment's sets are looked through to the deployment. */
const scalable: readonly Kind[] = [replicaSet, statefulSet, replicationController, deployment];

/** Keeps count of how many pods each budget lets go. */
export const disruptionController = controller({
  name: 'disruption-controller',
  wakesOn: [changesOf(podDisruptionBudget), changesOf(pod, budgetsOf)],
  reads: scalable,
  writes: [mayWriteStatus(podDisruptionBudget)],
  async reconcile(key, context) {
    const { client, events } = context;
    const budget = client.view(podDisruptionBudget).get(key);
    if (!budget || budget.metadata.deletionTimestamp) return done;
    const selector = cachedLabelSelectorOf(budget.spec?.selector);
    const pods = client
      .view(pod)
      .list(budget.metadata.namespace)
      .filter(({ metadata }) => selector.matches(metadata.labels));
    if (pods.length === 0)
      events.record(budget, { type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
    const scale = expectedScale(pods, client);
    const needsScale = budget.spec?.maxUnavailable !== undefined || typeof budget.spec?.minAvailable === 'string';
    if (typeof scale === 'string' && needsScale) {
      const message = `Failed to calculate the number of expected pods: ${scale}`;
      events.record(budget, { type: 'Warning', reason: 'CalculateExpectedPodCountFailed', message });
      await writeStatus(context, podDisruptionBudget, budget, failedStatus(budget, scale, context.now()));
      return done;
    }
    const expected = typeof scale === 'string' ? pods.length : scale;
    const plan = planBudget(budget, { pods, expectedScale: expected, nowMs: context.now() });
    for (const late of plan.overdue) {
      const message = `Pod was expected by PDB ${key} to be deleted but it wasn't`;
      events.record(late, { type: 'Warning', reason: 'NotDeleted', message });
    }
    await writeStatus(context, podDisruptionBudget, budget, plan.status);
    return plan.recheckAfterMs === undefined ? done : requeueAfter(plan.recheckAfterMs);
  },
});

function budgetsOf({ metadata }: Pod, client: Client): readonly string[] {
  const matches = ({ spec }: PodDisruptionBudget) => cachedLabelSelectorOf(spec?.selector).matches(metadata.labels);
  return client.view(podDisruptionBudget).list(metadata.namespace).filter(matches).map(keyOf);
}

/** How many pods the owners of these want together; text: why it cannot be told. */
function expectedScale(pods: readonly Pod[], client: Client): number | string {
  const scales = new Map<string, number>();
  for (const object of pods) {
    const owner = controllerOf(object);
    if (!owner) return `found no controllers for pod "${object.metadata.name}"`;
    if (scales.has(owner.uid)) continue;
    const found = scaleOf(object, client);
    if (!found) return `found no scale of ${owner.kind} "${owner.name}" for pod "${object.metadata.name}"`;
    scales.set(owner.uid, 0);
    scales.set(found.uid, found.replicas);
  }
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
}

function scaleOf(object: KubeObject, client: Client): { readonly uid: string; readonly replicas: number } | undefined {
  const owner = controllerOf(object);
  const kind = scalable.find(
    (candidate) => candidate.kind === owner?.kind && candidate.apiVersion === owner.apiVersion,
  );
  if (!owner || !kind) return undefined;
  const found = client.view(kind).get(`${object.metadata.namespace}/${owner.name}`) as
    | (KubeObject & { spec?: { replicas?: number } })
    | undefined;
  if (!found || found.metadata.uid !== owner.uid) return undefined;
  // A replica set that a deployment controls is only a part of it.
  return (kind === replicaSet && scaleOf(found, client)) || { uid: owner.uid, replicas: found.spec?.replicas ?? 1 };
}
