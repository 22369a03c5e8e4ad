import type {
  FlowSchema,
  PolicyRulesWithSubjects,
  Subject,
} from '../../../api/schema/generated/types/flowcontrol-v1.ts';
import type { UserInfo } from '../../contract.ts';

/** What a FlowSchema looks at; `RequestInfo` of the pipeline is one. */
export interface MatchedRequest {
  readonly isResource: boolean;
  readonly path: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
}

/** Whether one of the schema's rules is about this user and this request, as upstream's `matchesFlowSchema`. */
export function schemaMatches({ spec }: FlowSchema, user: UserInfo, request: MatchedRequest): boolean {
  return (
    spec?.rules?.some(
      (rule) => rule.subjects.some((subject) => subjectMatches(subject, user)) && ruleMatches(rule, request),
    ) ?? false
  );
}

/** Whether a rule names namespaces, so that requests for one resource may differ. */
export function namesNamespaces({ spec }: FlowSchema): boolean {
  const named = (namespaces: readonly string[] = []) => namespaces.length > 0 && !namespaces.includes('*');
  return spec?.rules?.some(({ resourceRules }) => resourceRules?.some((rule) => named(rule.namespaces))) ?? false;
}

function subjectMatches({ kind, user, group, serviceAccount }: Subject, who: UserInfo): boolean {
  switch (kind) {
    case 'User':
      return user !== undefined && (user.name === '*' || user.name === who.name);
    case 'Group':
      return group !== undefined && (group.name === '*' || who.groups.includes(group.name));
    case 'ServiceAccount': {
      if (!serviceAccount) return false;
      const prefix = `system:serviceaccount:${serviceAccount.namespace}:`;
      if (!who.name.startsWith(prefix)) return false;
      return serviceAccount.name === '*' || who.name === prefix + serviceAccount.name;
    }
    default:
      return false;
  }
}

function ruleMatches({ resourceRules, nonResourceRules }: PolicyRulesWithSubjects, request: MatchedRequest): boolean {
  const { isResource, verb, group, namespace, resource, subresource, path } = request;
  if (!isResource)
    return (
      nonResourceRules?.some(
        (rule) => has(rule.verbs, verb) && rule.nonResourceURLs.some((url) => covers(url, path)),
      ) ?? false
    );
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    resourceRules?.some(
      (rule) =>
        has(rule.verbs, verb) &&
        has(rule.apiGroups, group) &&
        has(rule.resources, full) &&
        (namespace === ''
          ? rule.clusterScope === true
          : rule.namespaces !== undefined && has(rule.namespaces, namespace)),
    ) ?? false
  );
}

function has(list: readonly string[], value: string): boolean {
  return list.includes(value) || list.includes('*');
}

function covers(url: string, path: string): boolean {
  return url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1)));
}
