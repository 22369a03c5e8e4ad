import { testCases } from '../cases.test-helper.ts';
import { validateClusterRole, validateRole } from './role.ts';

const metadata = { name: 'a' };
const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];
const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules };

testCases('role', role, validateRole, [
  [{ 'rules.0.verbs': [] }, 'rules[0].verbs: Required value: verbs must contain at least one value'],
  [
    { 'rules.0.apiGroups': undefined, 'rules.0.resources': undefined },
    'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
    'rules[0].resources: Required value: resource rules must supply at least one resource',
  ],
  [
    { 'rules.0': { verbs: ['get'], nonResourceURLs: ['/healthz'] } },
    'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: namespaced rules cannot apply to non-resource URLs',
  ],
]);

testCases('cluster role', { ...role, kind: 'ClusterRole' }, validateClusterRole, [
  [{ 'rules.0': { verbs: ['get'], nonResourceURLs: ['/healthz'] } }],
  [
    { 'rules.0.nonResourceURLs': ['/x'] },
    'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
  ],
  [
    { aggregationRule: {} },
    'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
  ],
]);
