import type { ClusterRole, PolicyRule } from '../../../api/schema/generated/types/rbac-v1.ts';

/** A rule for resources: `rule('get list', 'apps', 'deployments statefulsets')`; '' is the core group, several groups are separated by a blank. */
export function rule(verbs: string, groups: string, resources: string, names?: string): PolicyRule {
  return {
    verbs: verbs.split(' '),
    apiGroups: groups === '' ? [''] : groups.split(' ').map((group) => (group === 'core' ? '' : group)),
    resources: resources.split(' '),
    ...(names && { resourceNames: names.split(' ') }),
  };
}

export function urlRule(verbs: string, urls: string): PolicyRule {
  return { verbs: verbs.split(' '), nonResourceURLs: urls.split(' ') };
}

export type BootstrapRole = Pick<ClusterRole, 'rules' | 'aggregationRule'> & {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
};

export const read = 'get list watch';
export const write = 'create delete deletecollection patch update';
/** Publishing events, in both groups that serve them. */
export const events: PolicyRule = rule('create patch update', 'core events.k8s.io', 'events');
