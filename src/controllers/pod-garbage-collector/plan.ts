import type { Node, Pod } from '../../api/schema/generated/types/core-v1.ts';
import { isTerminal } from '../shared/pods.ts';

export interface PodSweep {
  /** The oldest of too many pods that have ended. */
  readonly surplus: readonly Pod[];
  /** Being deleted without ever having had a node: nobody else will finish it. */
  readonly neverBound: readonly Pod[];
  /** Being deleted on a node that an administrator has declared dead. */
  readonly outOfService: readonly Pod[];
  /** Bound to nodes that do not exist. */
  readonly lost: readonly Pod[];
}

const outOfServiceTaint = 'node.kubernetes.io/out-of-service';

/** Pods that nobody else takes away; `pods` may leave out those that run on nodes that there are. */
export function planSweep(pods: readonly Pod[], nodes: ReadonlyMap<string, Node>, maxTerminated: number): PodSweep {
  const terminated = pods.filter((pod) => isTerminal(pod) && !pod.metadata.deletionTimestamp);
  const surplus = [...terminated]
    .sort((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''))
    .slice(0, Math.max(0, terminated.length - maxTerminated));
  const going = pods.filter(({ metadata }) => metadata.deletionTimestamp);
  return {
    surplus,
    neverBound: going.filter(({ spec }) => !spec?.nodeName),
    outOfService: going.filter(({ spec }) =>
      nodes.get(spec?.nodeName ?? '')?.spec?.taints?.some(({ key }) => key === outOfServiceTaint),
    ),
    lost: pods.filter(({ spec }) => spec?.nodeName && !nodes.has(spec.nodeName)),
  };
}
