import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { clusterRole } from '../../api/rbac/cluster-role.ts';
import { role } from '../../api/rbac/role.ts';
import { roleBinding } from '../../api/rbac/role-binding.ts';
import { isApiError } from '../../api/status.ts';
import { type AdmissionBench, openAdmission, refusal } from './admission.test-helper.ts';

describe('RBACEscalation', () => {
  let bench: AdmissionBench;
  before(async () => {
    // Users are called after the verb that they may use.
    bench = await openAdmission({
      authorizer: {
        authorize: ({ verb, user }) => ({ decision: verb === user.name ? 'allow' : 'no-opinion', reason: '' }),
      },
    });
    const group = 'rbac.authorization.k8s.io';
    await bench.create(
      {
        apiVersion: `${group}/v1`,
        kind: 'ClusterRole',
        metadata: { name: 'reader' },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
      },
      {
        apiVersion: `${group}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name: 'readers' },
        roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'reader' },
        subjects: [{ apiGroup: group, kind: 'User', name: 'jo' }],
      },
      {
        apiVersion: `${group}/v1`,
        kind: 'ClusterRole',
        metadata: { name: 'admin' },
        rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
      },
    );
  });
  after(() => bench.close());

  const give = (user: string, name: string, verbs: string[]) =>
    bench.as({ name: user, groups: ['team'] }).create(role, {
      metadata: { name, namespace: 'default' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs }],
    });
  const bindTo = (user: string, name: string, to: string) =>
    bench.as({ name: user, groups: ['team'] }).create(roleBinding, {
      metadata: { name, namespace: 'default' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: to },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'kim' }],
    });

  test('one gives what one has', async () => {
    await give('jo', 'some', ['get']);
    await bindTo('jo', 'some', 'reader');
  });

  test('one does not give what one has not', async () => {
    assert.equal(
      await refusal(give('jo', 'more', ['get', 'delete'])),
      'roles.rbac.authorization.k8s.io "more" is forbidden: user "jo" (groups=["team"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
    );
    assert.match(
      await refusal(bindTo('jo', 'more', 'admin')),
      /attempting to grant RBAC permissions not currently held/,
    );
  });

  test('nobody binds to a role that is still to be made, unless he may bind it', async () => {
    await assert.rejects(bindTo('jo', 'early', 'later'), (error) => isApiError(error, 'NotFound'));
    await bindTo('bind', 'early', 'later');
  });

  test('a role that collects others is for who has everything', async () => {
    const collect = (user: string) =>
      bench.as({ name: user, groups: ['team'] }).create(clusterRole, {
        metadata: { name: `collects-${user}` },
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
      });
    assert.match(await refusal(collect('jo')), /NonResourceURLs:\["\*"\]/);
    await collect('escalate');
  });

  test('who may escalate or bind may give anything', async () => {
    await give('escalate', 'all', ['*']);
    await bindTo('bind', 'all', 'admin');
  });
});
