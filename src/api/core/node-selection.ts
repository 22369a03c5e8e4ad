import type {
  Node,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
  Taint,
  Toleration,
} from '../schema/generated/types/core-v1.ts';
import { selectorOf } from '../selectors/label-selector.ts';
import type { Labels, Operator } from '../selectors/requirement.ts';

/** Which nodes a pod may be on: node selectors, node affinity, taints and tolerations. Shared by scheduler, daemon sets and node agent. */

const operators: Readonly<Record<string, Operator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
};

/** A compiled node selector: terms are alternatives, the requirements of one term must all hold. */
export type NodeTest = (node: Node) => boolean;

const never: NodeTest = () => false;

export function compileNodeSelector({ nodeSelectorTerms }: NodeSelector): NodeTest {
  const terms = nodeSelectorTerms.map(compileNodeSelectorTerm);
  return (node) => terms.some((term) => term(node));
}

/** A term without any requirement matches nothing, as upstream has it. */
export function compileNodeSelectorTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): NodeTest {
  if (matchExpressions.length === 0 && matchFields.length === 0) return never;
  const labels = compileRequirements(matchExpressions);
  const fields = compileRequirements(matchFields);
  return (node) =>
    labels(node.metadata.labels ?? {}) &&
    (matchFields.length === 0 || fields({ 'metadata.name': node.metadata.name ?? '' }));
}

function compileRequirements(requirements: readonly NodeSelectorRequirement[]): (labels: Labels) => boolean {
  const compiled = requirements.map(({ key, operator, values = [] }) => ({
    key,
    operator: operators[operator],
    values,
  }));
  if (compiled.some(({ operator }) => operator === undefined)) return () => false;
  const selector = selectorOf(compiled.map(({ key, operator = '!', values }) => ({ key, operator, values })));
  return (labels) => selector.matches(labels);
}

/** What `nodeSelector` and required node affinity of a pod ask for together. */
export function compileRequiredNodes(spec: PodSpec): NodeTest {
  const wanted = Object.entries(spec.nodeSelector ?? {});
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const affinity = required ? compileNodeSelector(required) : undefined;
  return (node) =>
    wanted.every(([key, value]) => node.metadata.labels?.[key] === value) && (affinity === undefined || affinity(node));
}

/** kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration */
export function tolerates(toleration: Toleration, taint: Pick<Taint, 'key' | 'value' | 'effect'>): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? 'Equal') {
    case 'Exists':
      return true;
    case 'Equal':
      return toleration.key !== undefined && toleration.key !== '' && (toleration.value ?? '') === (taint.value ?? '');
    default:
      return false;
  }
}

/** The first taint with one of these effects that no toleration covers. */
export function untoleratedTaint(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined {
  return taints?.find(
    (taint) => effects.includes(taint.effect) && !tolerations?.some((toleration) => tolerates(toleration, taint)),
  );
}
