import { node } from '../../api/core/node.ts';
import { pod } from '../../api/core/pod.ts';
import type { Node, Pod } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import type { Index, View } from '../../client/client.ts';
import {
  type Controller,
  changesOf,
  controller,
  mayWrite,
  mayWriteStatus,
  type ReconcileContext,
  requeueAfter,
} from '../../controller-runtime/controller.ts';
import { disrupt } from '../shared/disruption.ts';
import { podsByNode } from '../shared/indexes.ts';
import { isTerminal } from '../shared/pods.ts';
import { planSweep } from './plan.ts';

export interface PodGarbageCollectorOptions {
  /** Ended pods that are kept. Default: 12,500. */
  readonly maxTerminated?: number;
  /** A node must be missing for this long before its pods are given up. Default: 40,000. */
  readonly quarantineMs?: number;
  /** Between sweeps without an occasion. Default: 60,000. */
  readonly periodMs?: number;
}

const leaving = 'leaving';
const ended = 'ended';

/** Pods that are being deleted, and of the others those that have ended. */
const podsByEnd: Index<Pod> = {
  name: 'pods-by-end',
  of: (object) => (object.metadata.deletionTimestamp ? [leaving] : isTerminal(object) ? [ended] : []),
};

/** All sweeps are one piece of work. */
const sweepKey = 'sweep';

export function podGarbageCollector(options: PodGarbageCollectorOptions = {}): Controller {
  const { maxTerminated = 12_500, quarantineMs = 40_000, periodMs = 60_000 } = options;
  const missingSinceMs = new Map<string, number>();
  return controller({
    name: 'pod-garbage-collector',
    wakesOn: [
      { kind: node, keysOf: ({ type }) => (type === 'modified' ? [] : [sweepKey]) },
      changesOf(pod, ({ metadata, spec }) => (metadata.deletionTimestamp && !spec?.nodeName ? [sweepKey] : [])),
    ],
    concurrency: 1,
    writes: [mayWrite(pod, 'delete'), mayWriteStatus(pod, 'patch')],
    async reconcile(_key, context) {
      const { client, now } = context;
      const nodes = new Map(
        client
          .view(node)
          .list()
          .map((object) => [object.metadata.name ?? '', object]),
      );
      const sweep = planSweep(candidates(client.view(pod), nodes, maxTerminated), nodes, maxTerminated);
      for (const name of missingSinceMs.keys()) if (nodes.has(name)) missingSinceMs.delete(name);
      let nextMs = periodMs;
      for (const surplus of sweep.surplus) await finish(surplus, {}, context);
      for (const unbound of sweep.neverBound) await finish(unbound, { fails: true }, context);
      for (const dead of sweep.outOfService) await finish(dead, { fails: true }, context);
      for (const lost of sweep.lost) {
        const name = lost.spec?.nodeName ?? '';
        const sinceMs = missingSinceMs.get(name) ?? now();
        missingSinceMs.set(name, sinceMs);
        const leftMs = sinceMs + quarantineMs - now();
        if (leftMs > 0) nextMs = Math.min(nextMs, leftMs);
        else if (!(await isThere(name, context))) {
          const why = { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' };
          await disrupt(lost, { ...why, fails: !isTerminal(lost), gracePeriodSeconds: 0 }, context);
        }
      }
      return requeueAfter(nextMs);
    },
  });
}

/** Pods that a sweep may take, without a look at all the others. */
function candidates(pods: View<Pod>, nodes: ReadonlyMap<string, Node>, maxTerminated: number): readonly Pod[] {
  const found = new Set(pods.by(podsByEnd, leaving));
  if ((pods.counts(podsByEnd).get(ended) ?? 0) > maxTerminated)
    for (const one of pods.by(podsByEnd, ended)) found.add(one);
  for (const name of pods.counts(podsByNode).keys())
    if (name !== '' && !nodes.has(name)) for (const one of pods.by(podsByNode, name)) found.add(one);
  return [...found];
}

/** The view may be behind: a node is given up only when the API says that it is not there. */
async function isThere(name: string, { client, signal }: ReconcileContext): Promise<boolean> {
  try {
    await client.get(node, { name }, { signal });
    return true;
  } catch (error) {
    if (isApiError(error, 'NotFound')) return false;
    throw error;
  }
}

/** Removes a pod at once; one that has not ended is marked as failed before, for those who count. */
async function finish(object: Pod, { fails = false }, { client, signal }: ReconcileContext): Promise<void> {
  const { name = '', namespace, uid } = object.metadata;
  const ref = { ...(namespace && { namespace }), name };
  try {
    if (fails && !isTerminal(object)) {
      const body = { metadata: { uid }, status: { phase: 'Failed' } };
      await client.patch(pod, ref, { type: 'strategic', body }, { subresource: 'status', signal });
    }
    await client.delete(pod, ref, { signal, gracePeriodSeconds: 0, ...(uid && { preconditions: { uid } }) });
  } catch (error) {
    if (!isApiError(error, 'NotFound', 'Conflict')) throw error;
  }
}
