import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserInfo } from '../contract.ts';
import { parseQuery } from '../http/query.ts';
import { requestInfo } from '../http/request-info.ts';
import { readPolicy } from './policy.ts';
import { planOf } from './rules.ts';

const head = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n';
const policy = readPolicy(`${head}
omitStages: [RequestReceived]
rules:
- level: None
  users: ["system:kube-proxy"]
  verbs: [watch]
  resources: [{ group: "", resources: [endpoints, services] }]
- level: None
  userGroups: ["system:authenticated"]
  nonResourceURLs: ["/api*", /version]
- level: Request
  resources: [{ group: "", resources: [configmaps], resourceNames: [controller-leader] }]
  namespaces: [kube-system]
- level: Metadata
  resources: [{ group: "", resources: [secrets, pods/log] }]
- level: Request
  omitManagedFields: true
  omitStages: [ResponseStarted]
  resources: [{ group: apps, resources: ["*/scale", "deployments/*"] }]
- level: RequestResponse
  resources: [{ group: apps }]
- level: Metadata
`);
const user = (name: string): UserInfo => ({ name, groups: ['system:authenticated'] });

test('the first rule that matches decides', () => {
  const table: readonly (readonly [string, string, string | undefined])[] = [
    ['system:kube-proxy', 'GET /api/v1/services?watch=1', undefined],
    ['system:kube-proxy', 'GET /api/v1/services', 'Metadata'],
    ['jane', 'GET /api', undefined],
    ['jane', 'GET /apis/apps/v1', undefined],
    ['jane', 'GET /version', undefined],
    ['jane', 'GET /healthz', 'Metadata'],
    ['jane', 'PUT /api/v1/namespaces/kube-system/configmaps/controller-leader', 'Request'],
    ['jane', 'PUT /api/v1/namespaces/kube-system/configmaps/other', 'Metadata'],
    ['jane', 'GET /api/v1/namespaces/a/secrets/b', 'Metadata'],
    ['jane', 'PUT /apis/apps/v1/namespaces/a/statefulsets/b/scale', 'Request'],
    ['jane', 'PUT /apis/apps/v1/namespaces/a/deployments/b/status', 'Request'],
    // As upstream: with the resource itself.
    ['jane', 'PUT /apis/apps/v1/namespaces/a/deployments/b', 'Request'],
    ['jane', 'PUT /apis/apps/v1/namespaces/a/statefulsets/b', 'RequestResponse'],
  ];
  for (const [name, line, level] of table) {
    const [method = '', target = ''] = line.split(' ');
    const [path = '', query = ''] = target.split('?');
    const plan = planOf(policy, user(name), requestInfo(method, path, parseQuery(query)));
    assert.equal(plan?.level, level, `${name} ${line}`);
  }
  const scale = requestInfo('PUT', '/apis/apps/v1/namespaces/a/deployments/b/scale', parseQuery(''));
  const plan = planOf(policy, user('jane'), scale);
  assert.deepEqual([...(plan?.omitStages ?? [])], ['RequestReceived', 'ResponseStarted']);
  assert.equal(plan?.omitManagedFields, true);
});

test('a policy that will not do is refused with all that is wrong', () => {
  const table: readonly (readonly [string, RegExp])[] = [
    ['apiVersion: v1\nkind: Policy\nrules: [{level: None}]', /must be a Policy of audit.k8s.io\/v1, not Policy of v1/],
    [`${head}rules: []`, /rules: must have at least one rule/],
    [`${head}rules: [{level: All}]`, /rules\[0\].level: "All" must be one of None, Metadata/],
    [`${head}rules: [{level: None, user: [a]}]`, /rules\[0\]: unknown field user/],
    [
      `${head}rules: [{level: None, nonResourceURLs: [healthz], namespaces: [a]}]`,
      /cannot stand beside resources or namespaces; .*healthz must begin with \//,
    ],
    [`${head}rules: [{level: None, resources: [{group: a/v1}]}]`, /must be the name of an API group/],
    [`${head}rules: [{level: None, resources: [{resourceNames: [a]}]}]`, /needs resources beside it/],
    [`${head}omitStages: [End]\nrules: [{level: None}]`, /End must be one of RequestReceived/],
    [`${head}rules: 1`, /rules: must have at least one rule/],
    ['- 1', /must be an object/],
  ];
  for (const [text, expected] of table) assert.throws(() => readPolicy(text), expected, text);
});
