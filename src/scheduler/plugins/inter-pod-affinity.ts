import type { Pod, PodAffinityTerm } from '../../api/schema/generated/types/core-v1.ts';
import { cachedLabelSelectorOf, labelSelectorOf } from '../../api/selectors/label-selector.ts';
import type { Labels } from '../../api/selectors/requirement.ts';
import type { Judge, SchedulerPlugin } from '../plugin.ts';
import type { NodeInfo, PlacedPod, World } from '../world.ts';

/** Pods near to, or far from, other pods (kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node, inter-pod affinity). */
export const interPodAffinity: SchedulerPlugin = {
  name: 'InterPodAffinity',
  weight: 2,
  wakesOn: ['node-changed', 'pod-assigned', 'pod-gone', 'namespace-changed'],
  prepare(pod, world) {
    const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
    const near = terms(pod, podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [], world);
    const far = terms(pod, podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [], world);
    const closedByOthers = domainsClosedByOthers(pod, world);
    const scores = preferences(pod, world);
    if (near.length + far.length === 0 && closedByOthers.size === 0 && !scores) return undefined;

    const nearDomains = near.map((term) => domainsWith(term, world));
    const farDomains = far.map((term) => domainsWith(term, world));
    // The first pod of a group that wants to be together has nobody to be near to yet.
    const isFirst = nearDomains.every((domains) => domains.size === 0) && near.every((term) => term.matches(pod));

    return {
      filter(node) {
        if (
          !near.every(
            (term, at) => term.domain(node) !== undefined && (isFirst || nearDomains[at]?.has(term.domain(node) ?? '')),
          )
        )
          return ["node(s) didn't match pod affinity rules"];
        if (far.some((term, at) => farDomains[at]?.has(term.domain(node) ?? '')))
          return ["node(s) didn't match pod anti-affinity rules"];
        for (const [key, values] of closedByOthers)
          if (values.has(node.node.metadata.labels?.[key] ?? ''))
            return ["node(s) didn't satisfy existing pods anti-affinity rules"];
        return undefined;
      },
      ...scores,
    };
  },
};

/** Of a pod, what affinity is about: of one that waits, or of one that has its node. */
type Affine = Pod | PlacedPod;

interface Term {
  readonly topologyKey: string;
  matches(other: Affine): boolean;
  /** The node's value for the topology key. */
  domain(node: NodeInfo): string | undefined;
}

function terms(owner: Affine, list: readonly PodAffinityTerm[], world: World): readonly Term[] {
  return list.map((term) => compile(owner, term, world));
}

function compile(owner: Affine, term: PodAffinityTerm, world: World): Term {
  const selector = selectorWithKeys(owner, term);
  const named = term.namespaces ?? [];
  const byLabels = term.namespaceSelector ? cachedLabelSelectorOf(term.namespaceSelector) : undefined;
  const own = owner.metadata.namespace ?? '';
  const inNamespace = (namespace: string) =>
    named.includes(namespace) ||
    (byLabels ? byLabels.matches(world.namespaceLabels(namespace)) : named.length === 0 && namespace === own);
  return {
    topologyKey: term.topologyKey,
    matches: (other) => inNamespace(other.metadata.namespace ?? '') && selector.matches(other.metadata.labels),
    domain: ({ node }) => node.metadata.labels?.[term.topologyKey],
  };
}

/** `matchLabelKeys` and `mismatchLabelKeys` (KEP-3633) add the owner's own values to the selector. */
function selectorWithKeys(owner: Affine, term: PodAffinityTerm) {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term;
  if (!labelSelector || matchLabelKeys.length + mismatchLabelKeys.length === 0)
    return cachedLabelSelectorOf(labelSelector);
  const labels: Labels = owner.metadata.labels ?? {};
  const expressions = (keys: readonly string[], operator: string) =>
    keys.flatMap((key) => (labels[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }]));
  return labelSelectorOf({
    ...labelSelector,
    matchExpressions: [
      ...(labelSelector.matchExpressions ?? []),
      ...expressions(matchLabelKeys, 'In'),
      ...expressions(mismatchLabelKeys, 'NotIn'),
    ],
  });
}

/** Values of the topology key for which some pod matches the term. */
function domainsWith(term: Term, world: World): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of world.nodes) {
    const domain = term.domain(node);
    if (domain === undefined || found.has(domain)) continue;
    for (const other of node.pods.values()) {
      if (!isLeaving(other) && term.matches(other)) {
        found.add(domain);
        break;
      }
    }
  }
  return found;
}

function isLeaving(pod: Affine): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

function domainsClosedByOthers(pod: Pod, world: World): ReadonlyMap<string, ReadonlySet<string>> {
  const closed = new Map<string, Set<string>>();
  for (const node of world.nodes) {
    for (const other of node.affinityPods.values()) {
      const list = other.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
      for (const term of terms(other, list, world)) {
        const domain = term.domain(node);
        if (domain === undefined || !term.matches(pod)) continue;
        closed.set(term.topologyKey, (closed.get(term.topologyKey) ?? new Set()).add(domain));
      }
    }
  }
  return closed;
}

/** Sums weights per domain: the pod's own wishes, and those of pods that are there already. */
function preferences(pod: Pod, world: World): Pick<Judge, 'score' | 'normalize'> | undefined {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
  const weights = new Map<string, number>();
  const add = (term: Term, node: NodeInfo, weight: number) => {
    const domain = term.domain(node);
    if (domain === undefined) return;
    const key = `${term.topologyKey}=${domain}`;
    weights.set(key, (weights.get(key) ?? 0) + weight);
  };
  const wishes = (owner: Affine, sign: 1 | -1) => {
    const affinity = sign > 0 ? owner.spec?.affinity?.podAffinity : owner.spec?.affinity?.podAntiAffinity;
    return (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) => ({
      weight: weight * sign,
      term: compile(owner, podAffinityTerm, world),
    }));
  };
  const own = podAffinity || podAntiAffinity ? [...wishes(pod, 1), ...wishes(pod, -1)] : [];
  for (const node of world.nodes) {
    if (own.length > 0)
      for (const other of node.pods.values())
        for (const { term, weight } of own) if (term.matches(other)) add(term, node, weight);
    for (const other of node.affinityPods.values())
      for (const { term, weight } of [...wishes(other, 1), ...wishes(other, -1)])
        if (term.matches(pod)) add(term, node, weight);
  }
  if (weights.size === 0) return undefined;
  const pairs = [...weights].map(([key, weight]) => {
    const at = key.indexOf('=');
    return { label: key.slice(0, at), value: key.slice(at + 1), weight };
  });
  return {
    score: ({ node }) =>
      pairs.reduce((sum, { label, value, weight }) => sum + (node.metadata.labels?.[label] === value ? weight : 0), 0),
    normalize: 'by-range',
  };
}
