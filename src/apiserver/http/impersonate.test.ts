import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isApiError } from '../../api/status.ts';
import type { Attributes, Authorizer, UserInfo } from '../contract.ts';
import { impersonate } from './impersonate.ts';

const jane: UserInfo = { name: 'jane', groups: ['system:authenticated'] };
const agent: UserInfo = {
  name: 'system:serviceaccount:kube-system:agent',
  groups: ['system:serviceaccounts', 'system:authenticated'],
  extra: { 'authentication.kubernetes.io/node-name': ['n1'], 'authentication.kubernetes.io/pod-name': ['agent-x'] },
};
const listPods = (user: UserInfo): Attributes => ({
  user,
  verb: 'list',
  resource: { group: '', version: 'v1', plural: 'pods', subresource: '', namespace: 'team', name: '' },
});

/** Rights as `verb group/resource[/subresource] name`; `*` at the end matches the rest. */
function allowing(...rights: readonly string[]): Authorizer & { readonly asked: readonly Attributes[] } {
  const asked: Attributes[] = [];
  return {
    asked,
    authorize(attributes) {
      asked.push(attributes);
      const { group = '', plural = '', subresource = '', name = '' } = attributes.resource ?? {};
      const text = `${attributes.verb} ${group}/${plural}${subresource && `/${subresource}`} ${name}`.trimEnd();
      const fits = rights.some((right) => (right.endsWith('*') ? text.startsWith(right.slice(0, -1)) : text === right));
      return { decision: fits ? 'allow' : 'no-opinion', reason: '' };
    },
  };
}

const forbidden = (error: unknown) => isApiError(error, 'Forbidden');
const act = (user: UserInfo, headers: readonly string[], authorizer: Authorizer) =>
  impersonate(headers, listPods(user), authorizer);

test('every part of the other is asked for, and is his', async () => {
  const headers = [
    ...[
      'Impersonate-User',
      'bob',
      'Impersonate-Group',
      'cn=dev,ou=x',
      'Impersonate-Group',
      'ops',
      'Impersonate-Uid',
      '42',
    ],
    ...[
      'Impersonate-Extra-Example.com%2fTeam',
      'blue',
      'Impersonate-Extra-scopes',
      'a',
      'impersonate-extra-scopes',
      'b',
    ],
  ];
  const rights = [
    'impersonate /users bob',
    'impersonate /groups cn=dev,ou=x',
    'impersonate /groups ops',
    'impersonate authentication.k8s.io/uids 42',
    'impersonate authentication.k8s.io/userextras/example.com/team blue',
    'impersonate authentication.k8s.io/userextras/scopes a',
    'impersonate authentication.k8s.io/userextras/scopes b',
  ];
  assert.deepEqual(await act(jane, headers, allowing(...rights)), {
    name: 'bob',
    uid: '42',
    groups: ['cn=dev,ou=x', 'ops', 'system:authenticated'],
    extra: { 'example.com/team': ['blue'], scopes: ['a', 'b'] },
  });
  for (const right of rights)
    await assert.rejects(act(jane, headers, allowing(...rights.filter((other) => other !== right))), forbidden, right);
});

test('headers without a user, and no headers', async () => {
  assert.equal(await act(jane, ['Accept', 'x'], allowing()), undefined);
  await assert.rejects(act(jane, ['Impersonate-Group', 'a'], allowing('*')), (error) =>
    isApiError(error, 'BadRequest'),
  );
});

test('accounts get the groups that they have, unless groups are named', async () => {
  const may = allowing('impersonate /*');
  const name = ['Impersonate-User', 'system:serviceaccount:team:robot'];
  const found = await act(jane, name, may);
  assert.deepEqual(found?.groups, ['system:serviceaccounts', 'system:serviceaccounts:team', 'system:authenticated']);
  assert.deepEqual((await act(jane, [...name, 'Impersonate-Group', 'x'], may))?.groups, ['x', 'system:authenticated']);
  assert.deepEqual((await act(jane, ['Impersonate-User', 'system:anonymous'], may))?.groups, [
    'system:unauthenticated',
  ]);
});

test('constrained: as a user, for one verb on one resource', async () => {
  const headers = ['Impersonate-User', 'bob', 'Impersonate-Group', 'dev'];
  const who = [
    'impersonate:user-info authentication.k8s.io/users bob',
    'impersonate:user-info authentication.k8s.io/groups dev',
  ];
  const found = await act(jane, headers, allowing(...who, 'impersonate-on:user-info:list /pods'));
  assert.deepEqual(found?.groups, ['dev', 'system:authenticated']);
  await assert.rejects(act(jane, headers, allowing(...who, 'impersonate-on:user-info:get /pods')), forbidden);
  await assert.rejects(
    act(jane, headers, allowing('impersonate-on:user-info:list /pods')),
    /User "jane" cannot impersonate:user-info resource "users" in API group "authentication.k8s.io"/,
  );
  const masters = [...headers, 'Impersonate-Group', 'system:masters'];
  await assert.rejects(
    act(jane, masters, allowing('impersonate:user-info*', 'impersonate-on:user-info:list /pods')),
    /impersonating the system:masters group is not allowed/,
  );
});

test('constrained: as an account, as any node, and as the own node', async () => {
  const account = ['Impersonate-User', 'system:serviceaccount:team:robot'];
  const on = (mode: string) => `impersonate-on:${mode}:list /pods`;
  const robot = 'impersonate:serviceaccount authentication.k8s.io/serviceaccounts robot';
  assert.ok(await act(jane, account, allowing(on('serviceaccount'), robot)));
  await assert.rejects(act(jane, account, allowing(on('user-info'), 'impersonate:user-info*')), forbidden);

  const node = ['Impersonate-User', 'system:node:n1'];
  const found = await act(
    jane,
    node,
    allowing(on('arbitrary-node'), 'impersonate:arbitrary-node authentication.k8s.io/nodes n1'),
  );
  assert.deepEqual(found?.groups, ['system:nodes', 'system:authenticated']);

  const own = allowing(on('associated-node'), 'impersonate:associated-node authentication.k8s.io/nodes *');
  assert.equal((await act(agent, node, own))?.name, 'system:node:n1');
  assert.deepEqual(own.asked[0]?.user.extra, {
    'authentication.kubernetes.io/associated-node-keys': [
      'authentication.kubernetes.io/node-name',
      'authentication.kubernetes.io/pod-name',
    ],
  });
  await assert.rejects(act(agent, ['Impersonate-User', 'system:node:n2'], own), forbidden);
  await assert.rejects(act(jane, node, own), forbidden);
});
