import { compileRequiredNodes, untoleratedTaint } from '../../api/core/node-selection.ts';
import type { Pod, TopologySpreadConstraint } from '../../api/schema/generated/types/core-v1.ts';
import { type LabelSelector, labelSelectorOf } from '../../api/selectors/label-selector.ts';
import type { SchedulerPlugin } from '../plugin.ts';
import type { NodeInfo, World } from '../world.ts';

/** Upstream's defaults for pods that belong to something and say nothing: spread softly over hosts and zones. */
const defaults: readonly Omit<TopologySpreadConstraint, 'labelSelector'>[] = [
  { maxSkew: 3, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
  { maxSkew: 5, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
];

/** Even numbers of pods over domains (kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints). */
export const podTopologySpread: SchedulerPlugin = {
  name: 'PodTopologySpread',
  weight: 2,
  wakesOn: ['node-changed', 'pod-assigned', 'pod-gone'],
  prepare(pod, world) {
    const own = pod.spec?.topologySpreadConstraints ?? [];
    const constraints = own.length > 0 ? own : defaultConstraints(pod);
    if (constraints.length === 0 || (own.length === 0 && world.nodes.length < 2)) return undefined;
    const counted = constraints.map((constraint) => count(pod, constraint, world));
    const hard = counted.filter(({ constraint }) => constraint.whenUnsatisfiable === 'DoNotSchedule');
    const soft = counted.filter(({ constraint }) => constraint.whenUnsatisfiable !== 'DoNotSchedule');
    return {
      ...(hard.length > 0 && {
        filter(node) {
          for (const { constraint, domains, least, self } of hard) {
            const domain = node.node.metadata.labels?.[constraint.topologyKey];
            if (domain === undefined)
              return ["node(s) didn't match pod topology spread constraints (missing required label)"];
            if ((domains.get(domain) ?? 0) + self - least > constraint.maxSkew)
              return ["node(s) didn't match pod topology spread constraints"];
          }
          return undefined;
        },
      }),
      ...(soft.length > 0 && {
        score: (node) =>
          soft.reduce((sum, { constraint, domains }) => {
            const domain = node.node.metadata.labels?.[constraint.topologyKey];
            return (
              sum +
              (domain === undefined
                ? 0
                : (domains.get(domain) ?? 0) * Math.log(domains.size + 2) + constraint.maxSkew - 1)
            );
          }, 0),
        normalize: 'by-range-reversed',
      }),
    };
  },
};

function defaultConstraints(pod: Pod): readonly TopologySpreadConstraint[] {
  const { labels, ownerReferences } = pod.metadata;
  if (!ownerReferences?.length || !labels || Object.keys(labels).length === 0) return [];
  return defaults.map((constraint) => ({ ...constraint, labelSelector: { matchLabels: labels } }));
}

interface Counted {
  readonly constraint: TopologySpreadConstraint;
  /** Matching pods by domain, over the nodes that count. */
  readonly domains: ReadonlyMap<string, number>;
  /** The smallest number of any domain; 0 while there are fewer domains than `minDomains`. */
  readonly least: number;
  /** 1 when the pod itself matches. */
  readonly self: 0 | 1;
}

function count(pod: Pod, constraint: TopologySpreadConstraint, world: World): Counted {
  const selector = selectorOf(pod, constraint);
  const counts = eligible(pod, constraint);
  const domains = new Map<string, number>();
  for (const node of world.nodes) {
    const domain = node.node.metadata.labels?.[constraint.topologyKey];
    if (domain === undefined || !counts(node)) continue;
    let found = domains.get(domain) ?? 0;
    for (const other of node.pods.values()) {
      if (other.metadata.namespace !== pod.metadata.namespace || other.metadata.deletionTimestamp) continue;
      if (selector.matches(other.metadata.labels)) found++;
    }
    domains.set(domain, found);
  }
  const least = domains.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...domains.values());
  return {
    constraint,
    domains,
    least: Number.isFinite(least) ? least : 0,
    self: selector.matches(pod.metadata.labels) ? 1 : 0,
  };
}

function selectorOf(pod: Pod, { labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint): LabelSelector {
  const labels = pod.metadata.labels ?? {};
  const own = Object.fromEntries(
    matchLabelKeys.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]])),
  );
  if (!labelSelector || Object.keys(own).length === 0) return labelSelectorOf(labelSelector);
  return labelSelectorOf({ ...labelSelector, matchLabels: { ...labelSelector.matchLabels, ...own } });
}

/** Which nodes count: node inclusion policies (KEP-3094). */
function eligible(pod: Pod, { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' }: TopologySpreadConstraint) {
  const allowed = nodeAffinityPolicy === 'Honor' && pod.spec ? compileRequiredNodes(pod.spec) : undefined;
  return ({ node }: NodeInfo): boolean =>
    (allowed?.(node) ?? true) &&
    (nodeTaintsPolicy !== 'Honor' ||
      untoleratedTaint(node.spec?.taints, pod.spec?.tolerations, ['NoSchedule', 'NoExecute']) === undefined);
}
