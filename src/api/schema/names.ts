/** Which definition describes a kind, and which kind a definition describes. */
import { definitionNames, type GroupVersionKind, readDefinition } from './facts.ts';

let names: ReadonlyMap<string, string> | undefined;

/**
 * The definition of a built-in kind: `apps/v1 Deployment` → `io.k8s.api.apps.v1.Deployment`; also lists, DeleteOptions and
 * what else travels with a kind of its own. Undefined: the published description has none (custom resources, PodExecOptions).
 */
export function definitionOfKind({ group, version, kind }: GroupVersionKind): string | undefined {
  names ??= readNames();
  return names.get(`${group}/${version}/${kind}`);
}

/** The kinds that a definition describes; DeleteOptions and WatchEvent have one in each group version. */
export function kindsOfDefinition(definitionName: string): readonly GroupVersionKind[] {
  return readDefinition(definitionName)?.groupVersionKinds ?? [];
}

function readNames(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of definitionNames())
    for (const { group, version, kind } of kindsOfDefinition(name)) found.set(`${group}/${version}/${kind}`, name);
  return found;
}
