import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const rbacCases: Readonly<Record<string, KindCases>> = {
  'rbac.authorization.k8s.io/Role': {
    base: { rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] },
    create: [
      [{ 'rules.0.verbs': [] }, 'rules[0].verbs: Required value: verbs must contain at least one value'],
      [
        { 'rules.0.apiGroups': [] },
        'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      ],
      [
        { 'rules.0.resources': [] },
        'rules[0].resources: Required value: resource rules must supply at least one resource',
      ],
      [
        { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
        'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
      ],
    ],
  },
  'rbac.authorization.k8s.io/ClusterRole': {
    base: { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
    create: [
      [
        { 'rules.0.resources': ['pods'] },
        'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
      ],
      [
        { aggregationRule: {} },
        'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
      ],
    ],
  },
  'rbac.authorization.k8s.io/RoleBinding': {
    base: { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u' }] },
    create: [
      [{ 'roleRef.kind': 'x' }, 'roleRef.kind: Unsupported value: "x": supported values: "Role", "ClusterRole"'],
      [{ 'roleRef.name': '' }, 'roleRef.name: Required value'],
      [
        { 'roleRef.apiGroup': 'x' },
        'roleRef.apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"',
      ],
      [{ 'subjects.0.name': '' }, 'subjects[0].name: Required value'],
      [
        { 'subjects.0.kind': 'x' },
        'subjects[0].kind: Unsupported value: "x": supported values: "ServiceAccount", "User", "Group"',
      ],
      [
        { 'subjects.0.apiGroup': 'x' },
        'subjects[0].apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"',
      ],
    ],
    update: [
      [
        { 'roleRef.name': 's' },
        'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"s"}: cannot change roleRef',
      ],
    ],
  },
  'rbac.authorization.k8s.io/ClusterRoleBinding': {
    base: {
      roleRef: { kind: 'ClusterRole', name: 'r' },
      subjects: [{ kind: 'ServiceAccount', name: 's', namespace: 'n' }],
    },
    create: [
      [{ 'roleRef.kind': 'Role' }, 'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
      [{ 'subjects.0.namespace': '' }, 'subjects[0].namespace: Required value'],
      [
        { 'subjects.0.name': 'A' },
        "subjects[0].name: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
    ],
    update: [
      [
        { 'roleRef.name': 's' },
        'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"s"}: cannot change roleRef',
      ],
    ],
  },
};
