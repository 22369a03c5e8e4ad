import type { NodeSelectorTerm } from '../../schema/generated/types/core-v1.ts';

/** Labels of nodes that have newer names. */
const messages: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

/** What is to be said of a node label's name; undefined where there is nothing. */
export function deprecatedLabel(name: string): string | undefined {
  return Object.hasOwn(messages, name) ? messages[name] : undefined;
}

export function termWarnings(term: NodeSelectorTerm | undefined, path: string): string[] {
  return (term?.matchExpressions ?? []).flatMap(({ key }, at) => {
    const message = deprecatedLabel(key);
    return message ? [`${path}.matchExpressions[${at}].key: ${key} is ${message}`] : [];
  });
}
