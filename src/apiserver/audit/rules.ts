import type { UserInfo } from '../contract.ts';
import type { RequestInfo } from '../http/request-info.ts';
import type { GroupResources, Level, Policy, Rule, Stage } from './policy.ts';

/** What is written down of a request. */
export interface Plan {
  readonly level: Exclude<Level, 'None'>;
  readonly omitStages: ReadonlySet<Stage>;
  readonly omitManagedFields: boolean;
}

/** By the first rule that matches; undefined: nothing is written down. */
export function planOf(policy: Policy, user: UserInfo, info: RequestInfo): Plan | undefined {
  const rule = policy.rules.find((one) => ruleMatches(one, user, info));
  if (!rule || rule.level === 'None') return undefined;
  return {
    level: rule.level,
    omitStages: new Set([...policy.omitStages, ...rule.omitStages]),
    omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields,
  };
}

function ruleMatches(rule: Rule, user: UserInfo, info: RequestInfo): boolean {
  const { users, userGroups, verbs, resources, namespaces, nonResourceURLs } = rule;
  if (users.length > 0 && !users.includes(user.name)) return false;
  if (userGroups.length > 0 && !userGroups.some((group) => user.groups.includes(group))) return false;
  if (verbs.length > 0 && !verbs.includes(info.verb)) return false;
  if (resources.length > 0 || namespaces.length > 0) {
    if (!info.isResource) return false;
    if (namespaces.length > 0 && !namespaces.includes(info.namespace)) return false;
    return resources.length === 0 || resources.some((one) => resourceMatches(one, info));
  }
  if (nonResourceURLs.length > 0) return !info.isResource && nonResourceURLs.some((url) => urlMatches(url, info.path));
  return true;
}

function resourceMatches({ group, resources, resourceNames }: GroupResources, info: RequestInfo): boolean {
  if (group !== info.group) return false;
  if (resources.length === 0) return true;
  if (resourceNames.length > 0 && !resourceNames.includes(info.name)) return false;
  const full = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  return resources.some(
    (one) =>
      one === '*' ||
      one === full ||
      (one === `*/${info.subresource}` && info.subresource !== '') ||
      one === `${info.resource}/*`,
  );
}

function urlMatches(url: string, path: string): boolean {
  return url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1)));
}
