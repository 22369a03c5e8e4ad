import { pod as podKind } from '../../api/core/pod.ts';
import { formatTime, keyOf, refOf } from '../../api/object.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import type { ReconcileContext } from '../../controller-runtime/controller.ts';
import { podCondition } from './pods.ts';

/** Says on the pod why it is taken away, so that its owner can tell a disruption from a failure; then deletes it. */
export async function disrupt(
  pod: Pod,
  why: {
    readonly reason: string;
    readonly message: string;
    readonly fails?: boolean;
    readonly gracePeriodSeconds?: number;
  },
  { client, signal, now }: ReconcileContext,
): Promise<void> {
  const ref = refOf(keyOf(pod));
  const { uid } = pod.metadata;
  try {
    if (podCondition(pod, 'DisruptionTarget')?.status !== 'True') {
      const lastTransitionTime = formatTime(now());
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        lastTransitionTime,
        reason: why.reason,
        message: why.message,
      };
      const status = { conditions: [condition], ...(why.fails && { phase: 'Failed' }) };
      const body = { metadata: { uid }, status };
      await client.patch(podKind, ref, { type: 'strategic', body }, { subresource: 'status', signal });
    }
    const { gracePeriodSeconds } = why;
    await client.delete(podKind, ref, {
      signal,
      ...(uid && { preconditions: { uid } }),
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    });
  } catch (error) {
    if (!isApiError(error, 'NotFound', 'Conflict')) throw error;
  }
}
