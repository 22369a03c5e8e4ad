import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyRule } from '../../api/schema/generated/types/rbac-v1.ts';
import type { Attributes } from '../contract.ts';
import { rule, urlRule } from './bootstrap/rule.ts';
import { describeRule, ruleAllows, uncovered } from './rules.ts';

const user = { name: 'u', groups: [] };

function ask(verb: string, resource: string, more: { group?: string; name?: string } = {}): Attributes {
  const [plural = '', subresource = ''] = resource.split('/');
  const { group = '', name = '' } = more;
  return { user, verb, resource: { group, version: 'v1', plural, subresource, namespace: 'default', name } };
}

const cases: readonly { rule: PolicyRule; ask: Attributes; allowed: boolean; name: string }[] = [
  { name: 'the verb and resource it names', rule: rule('get', '', 'pods'), ask: ask('get', 'pods'), allowed: true },
  { name: 'no other verb', rule: rule('get', '', 'pods'), ask: ask('delete', 'pods'), allowed: false },
  { name: 'no other group', rule: rule('get', '', 'pods'), ask: ask('get', 'pods', { group: 'apps' }), allowed: false },
  {
    name: 'no subresource of its resource',
    rule: rule('get', '', 'pods'),
    ask: ask('get', 'pods/log'),
    allowed: false,
  },
  {
    name: 'a subresource that it names',
    rule: rule('get', '', 'pods/log'),
    ask: ask('get', 'pods/log'),
    allowed: true,
  },
  {
    name: 'no resource when it names the subresource',
    rule: rule('get', '', 'pods/log'),
    ask: ask('get', 'pods'),
    allowed: false,
  },
  {
    name: 'a subresource of any resource',
    rule: rule('get', '*', '*/scale'),
    ask: ask('get', 'deployments/scale', { group: 'apps' }),
    allowed: true,
  },
  { name: 'everything by stars', rule: rule('*', '*', '*'), ask: ask('patch', 'pods/status'), allowed: true },
  {
    name: 'the object it names',
    rule: rule('get', '', 'secrets', 'a b'),
    ask: ask('get', 'secrets', { name: 'b' }),
    allowed: true,
  },
  {
    name: 'no other object',
    rule: rule('get', '', 'secrets', 'a'),
    ask: ask('get', 'secrets', { name: 'c' }),
    allowed: false,
  },
  {
    name: 'no list when it names objects',
    rule: rule('list', '', 'secrets', 'a'),
    ask: ask('list', 'secrets'),
    allowed: false,
  },
  {
    name: 'a path below a star',
    rule: urlRule('get', '/healthz/*'),
    ask: { user, verb: 'get', path: '/healthz/etcd' },
    allowed: true,
  },
  {
    name: 'no path beside it',
    rule: urlRule('get', '/healthz'),
    ask: { user, verb: 'get', path: '/metrics' },
    allowed: false,
  },
  {
    name: 'no path by a rule for resources',
    rule: rule('*', '*', '*'),
    ask: { user, verb: 'get', path: '/metrics' },
    allowed: false,
  },
];

for (const { name, rule: one, ask: request, allowed } of cases) {
  test(`a rule allows ${name}`, () => assert.equal(ruleAllows(one, request), allowed));
}

test('nobody grants what he does not hold', () => {
  const owned = [rule('get list', '', 'pods services'), rule('get', '', 'secrets', 'mine'), urlRule('get', '/healthz')];
  assert.deepEqual(uncovered(owned, [rule('get', '', 'pods'), rule('list', '', 'services')]), []);
  assert.deepEqual(uncovered(owned, [rule('get', '', 'secrets', 'mine')]), []);
  assert.deepEqual(uncovered(owned, [rule('get', '', 'secrets')]), [rule('get', '', 'secrets')]);
  assert.deepEqual(uncovered(owned, [rule('get delete', '', 'pods')]), [rule('delete', '', 'pods')]);
  assert.deepEqual(uncovered(owned, [rule('get', '', '*')]), [rule('get', '', '*')]);
  assert.deepEqual(uncovered(owned, [urlRule('get', '/metrics')]), [urlRule('get', '/metrics')]);
  assert.deepEqual(uncovered([rule('*', '*', '*')], [rule('delete', 'apps', 'deployments/scale')]), []);
});

test('a rule is printed as upstream prints it', () => {
  assert.equal(
    describeRule(rule('get list', '', 'pods')),
    '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
  );
});
