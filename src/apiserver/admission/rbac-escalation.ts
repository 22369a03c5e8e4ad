import { isDeepStrictEqual } from 'node:util';
import type { ClusterRole, PolicyRule, RoleBinding } from '../../api/schema/generated/types/rbac-v1.ts';
import { forbidden, notFound } from '../../api/status.ts';
import type { RuleResolver } from '../authorization/rbac.ts';
import { describeRule, uncovered } from '../authorization/rules.ts';
import type { AdmissionPlugin, AdmissionRequest, Authorizer } from '../contract.ts';

const group = 'rbac.authorization.k8s.io';

const everything = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/**
 * Nobody grants what he does not hold, unless allowed to `escalate` roles or to `bind` them
 * (kubernetes.io/docs/reference/access-authn-authz/rbac, privilege escalation prevention).
 */
export function rbacEscalation(resolver: RuleResolver, authorizer: Authorizer): AdmissionPlugin {
  const may = async (request: AdmissionRequest, verb: string, plural: string, name: string) => {
    const namespace = request.ref.namespace ?? '';
    const resource = { group, version: 'v1', plural, subresource: '', namespace, name };
    return (await authorizer.authorize({ user: request.user, verb, resource })).decision === 'allow';
  };
  const held = ({ user, ref }: AdmissionRequest) => {
    const rules: PolicyRule[] = [];
    resolver.visit(user, ref.namespace ?? '', (rule) => {
      rules.push(rule);
      return false;
    });
    return rules;
  };
  const refuseUncovered = (request: AdmissionRequest, wanted: readonly PolicyRule[]) => {
    const missing = uncovered(held(request), wanted);
    if (missing.length === 0) return;
    const { user, kind, ref } = request;
    const groups = user.groups.map((name) => JSON.stringify(name)).join(' ');
    const list = missing.map(describeRule).join('\n');
    const why = `user "${user.name}" (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${list}`;
    throw forbidden(kind, ref.name, why);
  };

  return {
    name: 'RBACEscalation',
    handles: ({ operation, kind }) => kind.group === group && (operation === 'CREATE' || operation === 'UPDATE'),
    async validate(request, object) {
      const { kind, old, ref, user } = request;
      if (!object || user.groups.includes('system:masters')) return;
      if (kind.plural === 'roles' || kind.plural === 'clusterroles') {
        const role = object as ClusterRole;
        const before = old as ClusterRole | undefined;
        const same =
          before &&
          isDeepStrictEqual(before.rules, role.rules) &&
          isDeepStrictEqual(before.aggregationRule, role.aggregationRule);
        if (same || (await may(request, 'escalate', kind.plural, ref.name))) return;
        // What an aggregated role will hold is not known now: only who holds everything may make one.
        refuseUncovered(request, role.aggregationRule ? [...(role.rules ?? []), ...everything] : (role.rules ?? []));
        return;
      }
      const { roleRef, subjects } = object as RoleBinding;
      if (old && isDeepStrictEqual((old as RoleBinding).subjects, subjects)) return;
      const plural = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
      if (await may(request, 'bind', plural, roleRef.name)) return;
      const rules = resolver.rulesOf(roleRef, ref.namespace ?? '');
      // What a role will allow that somebody makes later is not known now.
      if (!rules) throw notFound({ group, plural }, roleRef.name);
      refuseUncovered(request, rules);
    },
  };
}
