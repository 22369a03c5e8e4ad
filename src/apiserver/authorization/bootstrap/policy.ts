import type {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
  Subject,
} from '../../../api/schema/generated/types/rbac-v1.ts';
import type { NewObject } from '../../../client/client.ts';
import { componentRoles } from './component-roles.ts';
import { controllerRoles } from './controller-roles.ts';
import { type BootstrapRole, read, rule } from './rule.ts';
import { userRoles } from './user-roles.ts';

/** The roles and bindings that every cluster has, as upstream's bootstrap policy defines them. */
export interface BootstrapPolicy {
  readonly clusterRoles: readonly NewObject<ClusterRole>[];
  readonly clusterRoleBindings: readonly NewObject<ClusterRoleBinding>[];
  readonly roles: readonly NewObject<Role>[];
  readonly roleBindings: readonly NewObject<RoleBinding>[];
}

const apiGroup = 'rbac.authorization.k8s.io';
const bootstrapLabels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
/** A role that carries it gets back at each start what it has lost; an administrator who wants otherwise sets it to false. */
export const autoUpdateAnnotation = 'rbac.authorization.kubernetes.io/autoupdate';

function metadata(name: string, more: { namespace?: string; labels?: Readonly<Record<string, string>> } = {}) {
  const { namespace, labels } = more;
  return {
    name,
    ...(namespace && { namespace }),
    labels: { ...bootstrapLabels, ...labels },
    annotations: { [autoUpdateAnnotation]: 'true' },
  };
}

const user = (name: string): Subject => ({ apiGroup, kind: 'User', name });
const group = (name: string): Subject => ({ apiGroup, kind: 'Group', name });
const account = (namespace: string, name: string): Subject => ({ kind: 'ServiceAccount', name, namespace });

function clusterRole({ name, labels, rules, aggregationRule }: BootstrapRole): NewObject<ClusterRole> {
  return {
    metadata: metadata(name, labels ? { labels } : {}),
    rules: rules ?? [],
    ...(aggregationRule && { aggregationRule }),
  };
}

function clusterRoleBinding(
  name: string,
  role: string,
  ...subjects: readonly Subject[]
): NewObject<ClusterRoleBinding> {
  return { metadata: metadata(name), roleRef: { apiGroup, kind: 'ClusterRole', name: role }, subjects };
}

function roleBinding(
  namespace: string,
  name: string,
  role: string,
  ...subjects: readonly Subject[]
): NewObject<RoleBinding> {
  return { metadata: metadata(name, { namespace }), roleRef: { apiGroup, kind: 'Role', name: role }, subjects };
}

const controllerNames = Object.keys(controllerRoles);

export function bootstrapPolicy(): BootstrapPolicy {
  return {
    clusterRoles: [
      ...userRoles,
      ...componentRoles,
      ...controllerNames.map((name) => ({ name: `system:controller:${name}`, rules: controllerRoles[name] ?? [] })),
    ].map(clusterRole),
    clusterRoleBindings: [
      clusterRoleBinding('cluster-admin', 'cluster-admin', group('system:masters')),
      clusterRoleBinding('system:monitoring', 'system:monitoring', group('system:monitoring')),
      clusterRoleBinding('system:discovery', 'system:discovery', group('system:authenticated')),
      clusterRoleBinding('system:basic-user', 'system:basic-user', group('system:authenticated')),
      clusterRoleBinding(
        'system:public-info-viewer',
        'system:public-info-viewer',
        group('system:authenticated'),
        group('system:unauthenticated'),
      ),
      clusterRoleBinding('system:node-proxier', 'system:node-proxier', user('system:kube-proxy')),
      clusterRoleBinding(
        'system:kube-controller-manager',
        'system:kube-controller-manager',
        user('system:kube-controller-manager'),
      ),
      clusterRoleBinding('system:kube-dns', 'system:kube-dns', account('kube-system', 'kube-dns')),
      clusterRoleBinding('system:cluster-dns', 'system:cluster-dns', user('system:cluster-dns')),
      clusterRoleBinding('system:kube-scheduler', 'system:kube-scheduler', user('system:kube-scheduler')),
      clusterRoleBinding('system:volume-scheduler', 'system:volume-scheduler', user('system:kube-scheduler')),
      // Nodes get their rights from the node authorizer, which looks at each object; this binding has no subjects on purpose.
      { ...clusterRoleBinding('system:node', 'system:node'), subjects: [] },
      clusterRoleBinding(
        'system:service-account-issuer-discovery',
        'system:service-account-issuer-discovery',
        group('system:serviceaccounts'),
      ),
      ...controllerNames.map((name) =>
        clusterRoleBinding(`system:controller:${name}`, `system:controller:${name}`, account('kube-system', name)),
      ),
    ],
    roles: [
      {
        metadata: metadata('extension-apiserver-authentication-reader', { namespace: 'kube-system' }),
        rules: [rule(read, '', 'configmaps', 'extension-apiserver-authentication')],
      },
      {
        metadata: metadata('system::leader-locking-kube-controller-manager', { namespace: 'kube-system' }),
        rules: [rule('watch', '', 'configmaps'), rule('get update', '', 'configmaps', 'kube-controller-manager')],
      },
      {
        metadata: metadata('system::leader-locking-kube-scheduler', { namespace: 'kube-system' }),
        rules: [rule('watch', '', 'configmaps'), rule('get update', '', 'configmaps', 'kube-scheduler')],
      },
      {
        metadata: metadata('system:controller:bootstrap-signer', { namespace: 'kube-system' }),
        rules: [rule(read, '', 'secrets')],
      },
      {
        metadata: metadata('system:controller:bootstrap-signer', { namespace: 'kube-public' }),
        rules: [
          rule(read, '', 'configmaps'),
          rule('update', '', 'configmaps', 'cluster-info'),
          rule('create patch update', 'core events.k8s.io', 'events'),
        ],
      },
      {
        metadata: metadata('system:controller:cloud-provider', { namespace: 'kube-system' }),
        rules: [rule('create get list watch', '', 'configmaps')],
      },
      {
        metadata: metadata('system:controller:token-cleaner', { namespace: 'kube-system' }),
        rules: [
          rule('delete get list watch', '', 'secrets'),
          rule('create patch update', 'core events.k8s.io', 'events'),
        ],
      },
    ],
    roleBindings: [
      roleBinding(
        'kube-system',
        'system::extension-apiserver-authentication-reader',
        'extension-apiserver-authentication-reader',
        user('system:kube-controller-manager'),
        user('system:kube-scheduler'),
      ),
      roleBinding(
        'kube-system',
        'system::leader-locking-kube-controller-manager',
        'system::leader-locking-kube-controller-manager',
        user('system:kube-controller-manager'),
        account('kube-system', 'kube-controller-manager'),
      ),
      roleBinding(
        'kube-system',
        'system::leader-locking-kube-scheduler',
        'system::leader-locking-kube-scheduler',
        user('system:kube-scheduler'),
        account('kube-system', 'kube-scheduler'),
      ),
      roleBinding(
        'kube-system',
        'system:controller:bootstrap-signer',
        'system:controller:bootstrap-signer',
        account('kube-system', 'bootstrap-signer'),
      ),
      roleBinding(
        'kube-public',
        'system:controller:bootstrap-signer',
        'system:controller:bootstrap-signer',
        account('kube-system', 'bootstrap-signer'),
      ),
      roleBinding(
        'kube-system',
        'system:controller:cloud-provider',
        'system:controller:cloud-provider',
        account('kube-system', 'cloud-provider'),
      ),
      roleBinding(
        'kube-system',
        'system:controller:token-cleaner',
        'system:controller:token-cleaner',
        account('kube-system', 'token-cleaner'),
      ),
    ],
  };
}
