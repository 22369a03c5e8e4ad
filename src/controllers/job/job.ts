import { job } from '../../api/batch/job.ts';
import { pod } from '../../api/core/pod.ts';
import { controllerOf, type KubeObject, keyOf, refOf } from '../../api/object.ts';
import type { Job } from '../../api/schema/generated/types/batch-v1.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { cachedLabelSelectorOf } from '../../api/selectors/label-selector.ts';
import { isApiError } from '../../api/status.ts';
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
import { allOrFirstError, createPod, deletePod, slowStart } from '../shared/pod-control.ts';
import { isTerminal, soonest } from '../shared/pods.ts';
import { writeStatus } from '../shared/status.ts';
import { changesOfOwned } from '../shared/wakes.ts';
import { countJob, failuresByIndex, isTracked, trackingFinalizer } from './count.ts';
import { type JobPlan, planJob } from './plan.ts';
import { jobPod } from './pod.ts';
import { jobStatus } from './status.ts';
import { conditionOf, deadlineInMs, isFinished, judge } from './verdict.ts';

const selectorOf = (object: Job) => cachedLabelSelectorOf(object.spec?.selector);

/** Who else may look after a job; absent or this: we do. */
const ownManager = 'kubernetes.io/job-controller';

/** Runs pods until enough of them have succeeded. */
export const jobController = controller({
  name: 'job-controller',
  wakesOn: [
    changesOf(job),
    changesOfOwned(pod, job, selectorOf),
    // A pod that was deleted by others may wait for its finalizer when its job is gone.
    changesOf(pod, (object) => (isTracked(object) ? jobKeysOf(object) : [])),
  ],
  writes: [mayWriteStatus(job), mayWrite(pod, 'create', 'delete', 'patch')],
  async reconcile(key, context) {
    const { client, signal } = context;
    const object = client.view(job).get(key);
    if (!object) return await releaseStrays(key, context);
    if ((object.spec?.managedBy ?? ownManager) !== ownManager) return done;
    const selector = selectorOf(object);
    const matches = (candidate: KubeObject) => selector.matches(candidate.metadata.labels);
    const claimant = { kind: job, object, matches };
    const adoptFinalizers = isFinished(object) ? undefined : [trackingFinalizer];
    const pods = await claimObjects(client, pod, claimant, { signal, ...(adoptFinalizers && { adoptFinalizers }) });
    if (isFinished(object) || object.metadata.deletionTimestamp) {
      await releaseAll(
        pods.filter((candidate) => isTerminal(candidate) || object.metadata.deletionTimestamp),
        context,
      );
      return done;
    }
    const nowMs = context.now();
    const count = countJob(object, pods);
    const verdict = judge(object, count, nowMs);
    const plan: JobPlan = verdict
      ? { create: [], delete: count.active, waitMs: undefined }
      : planJob(object, { count, pods, nowMs });
    const { created, error } = await carryOut(plan, { object, pods, isOver: verdict !== undefined }, context);
    const activeNow = count.active.length - plan.delete.length + created;
    const status = jobStatus({ job: object, pods, count, verdict, activeNow, nowMs: context.now() });
    const current = await writeStatus(context, job, object, status);
    tell(object, current, context);
    await releaseAll(
      [...count.newlySucceeded, ...count.newlyFailed, ...count.ignored, ...alreadyNoted(object, pods)],
      context,
    );
    if (error) throw error;
    const nextMs = soonest([plan.waitMs, deadlineInMs(current, context.now())]);
    return nextMs === undefined ? done : requeueAfter(nextMs);
  },
});

async function carryOut(
  plan: JobPlan,
  { object, pods, isOver }: { readonly object: Job; readonly pods: readonly Pod[]; readonly isOver: boolean },
  context: ReconcileContext,
): Promise<{ readonly created: number; readonly error: unknown }> {
  let created = 0;
  const failures = failuresByIndex(object, pods);
  try {
    await allOrFirstError(
      plan.delete.map(async (candidate) => {
        // What is too many is no failure: it is taken out of the count before it goes.
        if (!isOver) await release(candidate, context);
        await deletePod(context, object, candidate);
      }),
    );
    await slowStart(plan.create.length, async (at) => {
      const index = plan.create[at];
      const made = await createPod(context, object, jobPod(object, index, failures.get(index ?? -1) ?? 0));
      if (made) created++;
    });
    return { created, error: undefined };
  } catch (error) {
    if (context.signal.aborted) throw error;
    return { created, error };
  }
}

/** Pods whose end is in the status already, but whose finalizer a crash left behind. */
function alreadyNoted({ status }: Job, pods: readonly Pod[]): readonly Pod[] {
  const { succeeded = [], failed = [] } = status?.uncountedTerminatedPods ?? {};
  const noted = new Set([...succeeded, ...failed]);
  return pods.filter((candidate) => isTracked(candidate) && noted.has(candidate.metadata.uid ?? ''));
}

async function releaseAll(pods: readonly Pod[], context: ReconcileContext): Promise<void> {
  await allOrFirstError(pods.filter(isTracked).map((candidate) => release(candidate, context)));
}

async function release(candidate: Pod, { client, signal }: ReconcileContext): Promise<void> {
  const body = {
    metadata: { uid: candidate.metadata.uid, '$deleteFromPrimitiveList/finalizers': [trackingFinalizer] },
  };
  try {
    await client.patch(pod, refOf(keyOf(candidate)), { type: 'strategic', body }, { signal });
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error;
  }
}

/** The job that made a pod, also when the pod has been orphaned since. */
function jobKeysOf(candidate: Pod): readonly string[] {
  if (controllerOf(candidate)) return ownerKey(job)(candidate);
  const name = candidate.metadata.labels?.['batch.kubernetes.io/job-name'];
  return name ? [`${candidate.metadata.namespace}/${name}`] : [];
}

/** The job is gone: its pods must not wait for a count that nobody makes. */
async function releaseStrays(key: string, context: ReconcileContext) {
  const { namespace } = refOf(key);
  const strays = context.client
    .view(pod)
    .list(namespace)
    .filter((candidate) => isTracked(candidate) && jobKeysOf(candidate)[0] === key);
  await releaseAll(strays, context);
  return done;
}

function tell(before: Job, after: Job, { events }: ReconcileContext): void {
  const isNew = (type: string) => conditionOf(after, type) !== undefined && conditionOf(before, type) === undefined;
  if (isNew('Complete')) events.record(before, { type: 'Normal', reason: 'Completed', message: 'Job completed' });
  const failed = conditionOf(after, 'Failed');
  if (failed && isNew('Failed'))
    events.record(before, { type: 'Warning', reason: failed.reason ?? '', message: failed.message ?? '' });
  if (isNew('Suspended')) events.record(before, { type: 'Normal', reason: 'Suspended', message: 'Job suspended' });
  if (conditionOf(before, 'Suspended') && !conditionOf(after, 'Suspended'))
    events.record(before, { type: 'Normal', reason: 'Resumed', message: 'Job resumed' });
}
