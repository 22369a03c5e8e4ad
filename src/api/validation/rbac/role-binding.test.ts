import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCases } from '../cases.test-helper.ts';
import { validateClusterRoleBinding, validateRoleBinding, validateRoleBindingUpdate } from './role-binding.ts';

const metadata = { name: 'a' };
const apiGroup = 'rbac.authorization.k8s.io';
const binding = {
  apiVersion: `${apiGroup}/v1`,
  kind: 'RoleBinding',
  metadata,
  roleRef: { apiGroup, kind: 'Role', name: 'r' },
  subjects: [
    { kind: 'User', name: 'u', apiGroup },
    { kind: 'ServiceAccount', name: 's' },
  ],
};

testCases('role binding', binding, validateRoleBinding, [
  [{ 'roleRef.kind': 'X' }, 'roleRef.kind: Unsupported value: "X": supported values: "Role", "ClusterRole"'],
  [{ 'roleRef.name': '' }, 'roleRef.name: Required value'],
  [{ 'roleRef.name': 'a/b' }, `roleRef.name: Invalid value: "a/b": may not contain '/'`],
  [
    { roleRef: undefined },
    'roleRef.apiGroup: Unsupported value: "": supported values: "rbac.authorization.k8s.io"',
    'roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole"',
    'roleRef.name: Required value',
  ],
  [
    { 'subjects.0.apiGroup': 'x' },
    'subjects[0].apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"',
  ],
  [
    { 'subjects.1.kind': 'Robot' },
    'subjects[1].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
  ],
]);

const clusterBinding = {
  ...binding,
  roleRef: { ...binding.roleRef, kind: 'ClusterRole' },
  subjects: [{ kind: 'ServiceAccount', name: 's', namespace: 'n' }],
};

testCases('cluster role binding', clusterBinding, validateClusterRoleBinding, [
  [{ 'roleRef.kind': 'Role' }, 'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
  [{ 'subjects.0.namespace': undefined }, 'subjects[0].namespace: Required value'],
]);

test('a binding keeps its role', () => {
  assert.deepEqual(validateRoleBindingUpdate({ ...binding, subjects: [] }, binding), []);
  const other = { ...binding, roleRef: { ...binding.roleRef, name: 'admin' } };
  assert.match(validateRoleBindingUpdate(other, binding)[0]?.message ?? '', /: cannot change roleRef$/);
});
