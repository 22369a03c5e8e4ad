import { deployment } from '../../api/apps/deployment.ts';
import { replicaSet } from '../../api/apps/replica-set.ts';
import { pod } from '../../api/core/pod.ts';
import { controllerOf, type KubeObject } from '../../api/object.ts';
import type { Deployment } from '../../api/schema/generated/types/apps-v1.ts';
import { cachedLabelSelectorOf } from '../../api/selectors/label-selector.ts';
import type { Client } from '../../client/client.ts';
import {
  changesOf,
  controller,
  done,
  mayWrite,
  mayWriteStatus,
  ownerKey,
  requeueAfter,
} from '../../controller-runtime/controller.ts';
import { claimObjects } from '../shared/claims.ts';
import { byController } from '../shared/indexes.ts';
import { writeStatus } from '../shared/status.ts';
import { changesOfOwned } from '../shared/wakes.ts';
import { carryOut } from './act.ts';
import { planDeployment } from './plan.ts';
import { countStatus, deadlineCheckMs, rolloutStatus } from './status.ts';

const selectorOf = (object: Deployment) => cachedLabelSelectorOf(object.spec?.selector);

/** Rolls replica sets from one pod template to the next. */
export const deploymentController = controller({
  name: 'deployment-controller',
  wakesOn: [
    changesOf(deployment),
    changesOfOwned(replicaSet, deployment, selectorOf),
    // Only the strategy Recreate waits for single pods to go.
    changesOf(pod, (object, client) => recreatingOwner(object, client)),
  ],
  writes: [
    mayWrite(deployment, 'update'),
    mayWriteStatus(deployment),
    mayWrite(replicaSet, 'create', 'update', 'patch', 'delete'),
  ],
  async reconcile(key, context) {
    const { client, signal } = context;
    const object = client.view(deployment).get(key);
    if (!object) return done;
    const selector = selectorOf(object);
    if (selector.matchesAll) {
      const message = 'This deployment is selecting all pods. A non-empty selector is required.';
      context.events.record(object, { type: 'Warning', reason: 'SelectingAll', message });
      return done;
    }
    const matches = (candidate: KubeObject) => selector.matches(candidate.metadata.labels);
    const sets = await claimObjects(client, replicaSet, { kind: deployment, object, matches }, { signal });
    const pods = sets.flatMap((set) => client.view(pod).by(byController, set.metadata.uid ?? ''));
    const plan = planDeployment({ deployment: object, sets, pods, nowMs: context.now() });
    const outcome = await carryOut(plan, object, context);
    const status = (plan.isRollingOut ? rolloutStatus : countStatus)({ ...outcome, nowMs: context.now() });
    await writeStatus(context, deployment, outcome.deployment, status);
    if (outcome.failure) throw outcome.failure;
    const checkMs = deadlineCheckMs(object, status, context.now());
    return checkMs === undefined ? done : requeueAfter(checkMs);
  },
});

function recreatingOwner(object: KubeObject, client: Client): readonly string[] {
  const set = client.view(replicaSet).get(ownerKey(replicaSet)(object)[0] ?? '');
  if (!set || set.metadata.uid !== controllerOf(object)?.uid) return [];
  const [key] = ownerKey(deployment)(set);
  const owner = key === undefined ? undefined : client.view(deployment).get(key);
  return key !== undefined && owner?.spec?.strategy?.type === 'Recreate' ? [key] : [];
}
