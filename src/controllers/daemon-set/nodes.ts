import { compileRequiredNodes, untoleratedTaint } from '../../api/core/node-selection.ts';
import type { DaemonSet } from '../../api/schema/generated/types/apps-v1.ts';
import type { Affinity, Node, Pod, PodSpec, Toleration } from '../../api/schema/generated/types/core-v1.ts';

/** Taints that every daemon pod bears, as the node agent's own helpers must run on nodes in trouble. */
const everyDaemonTolerates: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];

const hostNetworkTolerates: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

export function daemonTolerations(spec: PodSpec): readonly Toleration[] {
  const wanted = spec.hostNetwork ? [...everyDaemonTolerates, hostNetworkTolerates] : everyDaemonTolerates;
  const own = spec.tolerations ?? [];
  const missing = wanted.filter(
    (toleration) =>
      !own.some(
        (other) =>
          other.key === toleration.key && other.effect === toleration.effect && other.operator === toleration.operator,
      ),
  );
  return [...own, ...missing];
}

export interface Placement {
  readonly shouldRun: boolean;
  /** A pod that is there already may stay; only NoExecute drives it away. */
  readonly shouldStay: boolean;
}

/** Whether the daemon belongs on the node. */
export function placementOn({ spec }: DaemonSet, node: Node): Placement {
  const podSpec = spec?.template.spec ?? { containers: [] };
  if ((podSpec.nodeName && podSpec.nodeName !== node.metadata.name) || !compileRequiredNodes(podSpec)(node))
    return { shouldRun: false, shouldStay: false };
  const tolerations = daemonTolerations(podSpec);
  const taints = node.spec?.taints;
  if (!untoleratedTaint(taints, tolerations, ['NoSchedule', 'NoExecute'])) return { shouldRun: true, shouldStay: true };
  return { shouldRun: false, shouldStay: !untoleratedTaint(taints, tolerations, ['NoExecute']) };
}

/** The pod's affinity with its required node replaced by this one; the scheduler binds it there. */
export function affinityTo(affinity: Affinity | undefined, nodeName: string): Affinity {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] };
  const nodeAffinity = {
    ...affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
  };
  return { ...affinity, nodeAffinity };
}

/** The node that a daemon pod is on, or is meant for. */
export function nodeNameOf({ spec }: Pod): string | undefined {
  if (spec?.nodeName) return spec.nodeName;
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const { matchFields } of terms)
    for (const { key, operator, values } of matchFields ?? [])
      if (key === 'metadata.name' && operator === 'In' && values?.length === 1) return values[0];
  return undefined;
}
