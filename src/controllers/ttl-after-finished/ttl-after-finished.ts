import { job } from '../../api/batch/job.ts';
import { refOf } from '../../api/object.ts';
import type { Job } from '../../api/schema/generated/types/batch-v1.ts';
import { isApiError } from '../../api/status.ts';
import { changesOf, controller, done, mayWrite, requeueAfter } from '../../controller-runtime/controller.ts';
import { timeMs } from '../shared/pods.ts';

/** Milliseconds until a finished job is to go; undefined: it is not to. */
function expiresInMs({ spec, status, metadata }: Job, nowMs: number): number | undefined {
  if (spec?.ttlSecondsAfterFinished === undefined || metadata.deletionTimestamp) return undefined;
  const end = status?.conditions?.find(
    (condition) => condition.status === 'True' && (condition.type === 'Complete' || condition.type === 'Failed'),
  );
  const endMs = timeMs(end?.lastTransitionTime);
  return endMs === undefined ? undefined : Math.max(0, endMs + spec.ttlSecondsAfterFinished * 1_000 - nowMs);
}

/** Removes finished jobs when their time to live is over. */
export const ttlAfterFinishedController = controller({
  name: 'ttl-after-finished-controller',
  wakesOn: [changesOf(job)],
  writes: [mayWrite(job, 'delete')],
  async reconcile(key, { client, signal, now }) {
    const object = client.view(job).get(key);
    const waitMs = object && expiresInMs(object, now());
    if (!object || waitMs === undefined) return done;
    if (waitMs > 0) return requeueAfter(waitMs);
    const { uid, resourceVersion } = object.metadata;
    const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
    try {
      await client.delete(job, refOf(key), { signal, propagationPolicy: 'Foreground', preconditions });
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error;
    }
    return done;
  },
});
