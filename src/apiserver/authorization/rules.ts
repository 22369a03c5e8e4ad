import type { PolicyRule } from '../../api/schema/generated/types/rbac-v1.ts';
import type { Attributes } from '../contract.ts';

/** Whether one rule allows a request (kubernetes.io/docs/reference/access-authn-authz/rbac). */
export function ruleAllows(rule: PolicyRule, { verb, resource, path }: Attributes): boolean {
  if (!has(rule.verbs, verb)) return false;
  if (!resource) return path !== undefined && pathMatches(rule.nonResourceURLs, path);
  return (
    has(rule.apiGroups, resource.group) &&
    resourceMatches(rule.resources, resource.plural, resource.subresource) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(resource.name))
  );
}

function has(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value));
}

function resourceMatches(list: readonly string[] | undefined, plural: string, subresource: string): boolean {
  if (!list) return false;
  if (list.includes('*')) return true;
  if (!subresource) return list.includes(plural);
  return list.includes(`${plural}/${subresource}`) || list.includes(`*/${subresource}`);
}

function pathMatches(patterns: readonly string[] | undefined, path: string): boolean {
  return (
    patterns?.some(
      (pattern) =>
        pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))),
    ) ?? false
  );
}

/**
 * Whether whoever has `owned` may grant `wanted`: each single permission (verb, group, resource, name) of `wanted` is
 * allowed by one rule of `owned`. Returns what is missing.
 */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap(single).filter((one) => !owned.some((rule) => covers(rule, one)));
}

/** Splits a rule into rules of one verb and one resource (or path) each. */
function single(rule: PolicyRule): readonly PolicyRule[] {
  return rule.verbs.flatMap((verb) => [
    ...(rule.nonResourceURLs ?? []).map((url) => ({ verbs: [verb], nonResourceURLs: [url] })),
    ...(rule.apiGroups ?? []).flatMap((group) =>
      (rule.resources ?? []).flatMap((resource) =>
        rule.resourceNames?.length
          ? rule.resourceNames.map((name) => ({
              verbs: [verb],
              apiGroups: [group],
              resources: [resource],
              resourceNames: [name],
            }))
          : [{ verbs: [verb], apiGroups: [group], resources: [resource] }],
      ),
    ),
  ]);
}

function covers(rule: PolicyRule, one: PolicyRule): boolean {
  if (!has(rule.verbs, one.verbs[0] ?? '')) return false;
  const url = one.nonResourceURLs?.[0];
  if (url !== undefined) return pathMatches(rule.nonResourceURLs, url);
  const resource = one.resources?.[0] ?? '';
  const [plural = '', subresource = ''] = resource === '*' ? ['*'] : resource.split('/');
  if (!has(rule.apiGroups, one.apiGroups?.[0] ?? '') || !resourceMatches(rule.resources, plural, subresource))
    return false;
  if (!rule.resourceNames?.length) return true;
  const name = one.resourceNames?.[0];
  return name !== undefined && rule.resourceNames.includes(name);
}

/** A rule as upstream prints it in messages. */
export function describeRule(rule: PolicyRule): string {
  const list = (values: readonly string[] | undefined) =>
    `[${(values ?? []).map((value) => JSON.stringify(value)).join(' ')}]`;
  const parts = [
    rule.apiGroups?.length && `APIGroups:${list(rule.apiGroups)}`,
    rule.resources?.length && `Resources:${list(rule.resources)}`,
    rule.resourceNames?.length && `ResourceNames:${list(rule.resourceNames)}`,
    rule.nonResourceURLs?.length && `NonResourceURLs:${list(rule.nonResourceURLs)}`,
    rule.verbs.length && `Verbs:${list(rule.verbs)}`,
  ];
  return `{${parts.filter(Boolean).join(', ')}}`;
}
