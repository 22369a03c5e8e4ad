import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../api/schema/generated/types/rbac-v1.ts';
import type { Index, View } from '../../client/client.ts';
import type { Attributes, Authorizer, UserInfo } from '../contract.ts';
import { ruleAllows } from './rules.ts';

export interface RbacViews {
  readonly roles: View<Role>;
  readonly roleBindings: View<RoleBinding>;
  readonly clusterRoles: View<ClusterRole>;
  readonly clusterRoleBindings: View<ClusterRoleBinding>;
}

/** The rules that hold for a user, and where they came from. */
export interface RuleResolver {
  /** Rules in `namespace` and cluster-wide ones; only cluster-wide ones for ''. Stops when `visit` returns true. */
  visit(user: UserInfo, namespace: string, visit: (rule: PolicyRule, source: string) => boolean): void;
  /** The rules of a role; undefined when there is no such role. */
  rulesOf(ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined;
}

const bySubject = {
  name: 'rbac-subject',
  of: (binding: RoleBinding | ClusterRoleBinding) =>
    (binding.subjects ?? []).map((subject) => subjectKey(subject, binding.metadata.namespace ?? '')),
};
const roleBindingsBySubject: Index<RoleBinding> = { ...bySubject };
const clusterRoleBindingsBySubject: Index<ClusterRoleBinding> = { ...bySubject };

function subjectKey({ kind, name, namespace }: Subject, bindingNamespace: string): string {
  if (kind !== 'ServiceAccount') return `${kind}:${name}`;
  return `User:system:serviceaccount:${namespace || bindingNamespace}:${name}`;
}

function* subjectsOf(user: UserInfo): Iterable<string> {
  yield `User:${user.name}`;
  for (const group of user.groups) yield `Group:${group}`;
}

export function createRuleResolver({
  roles,
  roleBindings,
  clusterRoles,
  clusterRoleBindings,
}: RbacViews): RuleResolver {
  const rulesOf = (ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined => {
    const role = ref.kind === 'ClusterRole' ? clusterRoles.get(ref.name) : roles.get(`${namespace}/${ref.name}`);
    return role && (role.rules ?? []);
  };
  return {
    rulesOf,
    visit(user, namespace, visit) {
      for (const subject of subjectsOf(user)) {
        for (const binding of clusterRoleBindings.by(clusterRoleBindingsBySubject, subject)) {
          const source = `ClusterRoleBinding "${binding.metadata.name}" of ClusterRole "${binding.roleRef.name}" to ${describeSubject(subject)}`;
          if (rulesOf(binding.roleRef, '')?.some((rule) => visit(rule, source))) return;
        }
        if (!namespace) continue;
        for (const binding of roleBindings.by(roleBindingsBySubject, subject)) {
          if (binding.metadata.namespace !== namespace) continue;
          const { kind, name } = binding.roleRef;
          const source = `RoleBinding "${binding.metadata.name}/${namespace}" of ${kind} "${name}" to ${describeSubject(subject)}`;
          if (rulesOf(binding.roleRef, namespace)?.some((rule) => visit(rule, source))) return;
        }
      }
    },
  };
}

function describeSubject(subject: string): string {
  const colon = subject.indexOf(':');
  return `${subject.slice(0, colon)} "${subject.slice(colon + 1)}"`;
}

/** Role-based access control; allows or has no opinion, never denies. */
export function rbacAuthorizer(resolver: RuleResolver): Authorizer {
  return {
    authorize(attributes: Attributes) {
      let reason: string | undefined;
      resolver.visit(attributes.user, attributes.resource?.namespace ?? '', (rule, source) => {
        if (!ruleAllows(rule, attributes)) return false;
        reason = source;
        return true;
      });
      return reason
        ? { decision: 'allow', reason: `RBAC: allowed by ${reason}` }
        : { decision: 'no-opinion', reason: '' };
    },
  };
}
