import { node } from '../../api/core/node.ts';
import { pod } from '../../api/core/pod.ts';
import { keyOf } from '../../api/object.ts';
import type { Node, Pod } from '../../api/schema/generated/types/core-v1.ts';
import {
  controller,
  done,
  mayWrite,
  mayWriteStatus,
  requeueAfter,
  type Wake,
} from '../../controller-runtime/controller.ts';
import { disrupt } from '../shared/disruption.ts';
import { podsByNode } from '../shared/indexes.ts';
import { isTerminal } from '../shared/pods.ts';
import { sameValue } from '../shared/status.ts';
import { evictionInMs } from './plan.ts';

/** A node's new taints concern all pods on it. */
const taintChanges: Wake = {
  kind: node,
  keysOf(change, client) {
    const { object, old } = change as { object: Node; old?: Node };
    if (change.type === 'modified' && sameValue(object.spec?.taints ?? [], old?.spec?.taints ?? [])) return [];
    return client
      .view(pod)
      .by(podsByNode, object.metadata.name ?? '')
      .map(keyOf);
  },
};

/** What a pod bears, and where it is: nothing else of it matters, and its status changes all the time. */
const podChanges: Wake = {
  kind: pod,
  keysOf(change) {
    const { object, old } = change as { object: Pod; old?: Pod };
    const { nodeName, tolerations = [] } = object.spec ?? {};
    if (!nodeName) return [];
    const isMoved = change.type !== 'modified' || nodeName !== old?.spec?.nodeName;
    return isMoved || !sameValue(tolerations, old.spec.tolerations ?? []) ? [keyOf(object)] : [];
  },
};

/** Takes pods away from nodes whose NoExecute taints they do not bear, or no longer. */
export const taintEvictionController = controller({
  name: 'taint-eviction-controller',
  account: 'node-controller',
  wakesOn: [podChanges, taintChanges],
  writes: [mayWrite(pod, 'delete'), mayWriteStatus(pod, 'patch')],
  async reconcile(key, context) {
    const object = context.client.view(pod).get(key);
    if (!object?.spec?.nodeName || object.metadata.deletionTimestamp || isTerminal(object)) return done;
    const taints = context.client.view(node).get(object.spec.nodeName)?.spec?.taints;
    const waitMs = evictionInMs(object, taints, context.now());
    if (waitMs === undefined) return done;
    if (waitMs > 0) return requeueAfter(waitMs);
    const message = `Marking for deletion Pod ${key}`;
    context.events.record(object, { type: 'Normal', reason: 'TaintManagerEviction', message });
    await disrupt(
      object,
      { reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' },
      context,
    );
    return done;
  },
});
