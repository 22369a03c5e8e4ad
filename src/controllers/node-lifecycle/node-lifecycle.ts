import { lease } from '../../api/coordination/lease.ts';
import { node } from '../../api/core/node.ts';
import { pod } from '../../api/core/pod.ts';
import { formatTime, keyOf, refOf } from '../../api/object.ts';
import type { Node, Pod } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import {
  type Controller,
  changesOf,
  controller,
  done,
  mayWrite,
  mayWriteStatus,
  type ReconcileContext,
  requeueAfter,
} from '../../controller-runtime/controller.ts';
import { podsByNode } from '../shared/indexes.ts';
import { isReady, isTerminal } from '../shared/pods.ts';
import { readyStatus, silentConditions, wantedTaints } from './plan.ts';

const leaseNamespace = 'kube-node-lease';

export interface NodeLifecycleOptions {
  /** A node that was not heard of for this long is Unknown. Default: 40,000. */
  readonly graceMs?: number;
  /** The same for a node that never said anything. Default: 60,000. */
  readonly startupGraceMs?: number;
}

/** The last sign of life, by this process's clock: the node's own may be wrong. */
interface Heard {
  readonly sign: string;
  readonly atMs: number;
}

/** Watches the nodes' signs of life and keeps their conditions and taints true. */
export function nodeLifecycleController({
  graceMs = 40_000,
  startupGraceMs = 60_000,
}: NodeLifecycleOptions = {}): Controller {
  const heard = new Map<string, Heard>();
  return controller({
    name: 'node-lifecycle-controller',
    account: 'node-controller',
    wakesOn: [
      changesOf(node),
      changesOf(lease, ({ metadata }) =>
        metadata.namespace === leaseNamespace && metadata.name ? [metadata.name] : [],
      ),
    ],
    reads: [pod],
    writes: [mayWrite(node, 'patch'), mayWriteStatus(node), mayWriteStatus(pod, 'patch')],
    async reconcile(key, context) {
      const { client, signal } = context;
      const object = client.view(node).get(key);
      if (!object) {
        heard.delete(key);
        return done;
      }
      const nowMs = context.now();
      const sign = signOfLife(object, client.view(lease).get(`${leaseNamespace}/${key}`)?.spec?.renewTime);
      let last = heard.get(key);
      if (last?.sign !== sign) {
        last = { sign, atMs: nowMs };
        heard.set(key, last);
      }
      const hasReported = object.status?.conditions?.some(({ type }) => type === 'Ready') === true;
      const leftMs = last.atMs + (hasReported ? graceMs : startupGraceMs) - nowMs;
      const conditions = leftMs <= 0 ? silentConditions(object, nowMs) : undefined;
      let current = object;
      if (conditions) {
        const message = `Node ${key} status is now: NodeNotReady`;
        context.events.record(object, { type: 'Normal', reason: 'NodeNotReady', message });
        const status = { ...object.status, conditions };
        current = await client.update(node, { ...object, status }, { subresource: 'status', signal });
      }
      // While no node is ready at all, it is more likely that we are cut off than that all of them failed.
      const evicts = client
        .view(node)
        .list()
        .some((other) => readyStatus(other) === 'True');
      const taints = wantedTaints(current, { evicts, nowMs });
      if (taints) {
        const { uid, resourceVersion } = current.metadata;
        const body = { metadata: { uid, resourceVersion }, spec: { taints } };
        current = await client.patch(node, { name: key }, { type: 'merge', body }, { signal });
      }
      if (readyStatus(current) === 'Unknown')
        for (const unheard of client.view(pod).by(podsByNode, key)) await markNotReady(unheard, context);
      return leftMs > 0 ? requeueAfter(leftMs) : done;
    },
  });
}

/** Anything that changes when the node agent is alive. */
function signOfLife({ status }: Node, renewTime: string | undefined): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return [renewTime, ready?.lastHeartbeatTime, ready?.status === 'Unknown' ? '' : ready?.status].join('|');
}

/** Its node does not answer: the pod must not get traffic, whatever it said last. */
async function markNotReady(object: Pod, { client, signal, now }: ReconcileContext): Promise<void> {
  if (!isReady(object) || isTerminal(object)) return;
  const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: formatTime(now()) }];
  try {
    const body = { metadata: { uid: object.metadata.uid }, status: { conditions } };
    await client.patch(pod, refOf(keyOf(object)), { type: 'strategic', body }, { subresource: 'status', signal });
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error;
  }
}
