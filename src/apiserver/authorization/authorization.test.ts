import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { FakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer } from '../api-server.test-helper.ts';
import type { Attributes, Authorizer } from '../contract.ts';
import { Arguments } from '../settings/arguments.ts';
import { startReviewServer } from '../webhook-client/review-server.test-helper.ts';
import { createAuthorization } from './authorization.ts';
import { readAuthorizationSettings } from './settings.ts';

/** RBAC here: bob may everything. */
const rbac: Authorizer = {
  authorize: ({ user }) => ({ decision: user.name === 'bob' ? 'allow' : 'no-opinion', reason: '' }),
};
const node: Authorizer = { authorize: () => ({ decision: 'no-opinion', reason: 'not a node' }) };

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-authorization-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

async function webhookOf(t: TestContext, folder: string) {
  const webhook = await startReviewServer(folder);
  t.after(() => webhook.close());
  return webhook;
}

async function open(t: TestContext, flags: readonly string[], clock = new FakeClock()) {
  const settings = readAuthorizationSettings(new Arguments(flags));
  const opened = await createAuthorization({ settings, node, rbac, clock, log: silentLogger });
  t.after(() => opened.close());
  const decide = async (user: string, more: Partial<Attributes> & { groups?: readonly string[] } = {}) => {
    const { groups = [], ...attributes } = more;
    const resource = { group: '', version: 'v1', plural: 'pods', subresource: '', namespace: 'team', name: '' };
    return (await opened.authorizer.authorize({ user: { name: user, groups }, verb: 'list', resource, ...attributes }))
      .decision;
  };
  return { ...opened, decide };
}

async function configFile(folder: string, authorizers: readonly object[]): Promise<string> {
  const path = join(folder, 'authorization.yaml');
  const head = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthorizationConfiguration' };
  await writeFile(path, stringify({ ...head, authorizers }, { aliasDuplicateObjects: false }));
  return path;
}

const webhookPart = (kubeconfig: string, more: object = {}) => ({
  timeout: '3s',
  subjectAccessReviewVersion: 'v1',
  failurePolicy: 'Deny',
  connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: kubeconfig },
  ...more,
});

test('modes are asked in their order; system:masters always may', async (t) => {
  const standard = await open(t, []);
  assert.deepEqual([await standard.decide('bob'), await standard.decide('eve')], ['allow', 'no-opinion']);
  const nobody = await open(t, ['authorization-mode=AlwaysDeny']);
  assert.equal(await nobody.decide('bob'), 'no-opinion');
  assert.equal(await nobody.decide('root', { groups: ['system:masters'] }), 'allow');
  const everybody = await open(t, ['authorization-mode=RBAC,AlwaysAllow']);
  assert.equal(await everybody.decide('eve'), 'allow');
});

test('a webhook is asked with all of the request, and its answers hold for a while', async (t) => {
  const folder = await folderOf(t);
  const webhook = await webhookOf(t, folder);
  webhook.answer(({ spec }) => ({ allowed: spec.user === 'jane', denied: spec.user === 'eve' }));
  const clock = new FakeClock();
  const flags = ['authorization-mode=Webhook,RBAC', `authorization-webhook-config-file=${webhook.kubeconfig}`];
  const { decide, hasUnlisted } = await open(t, flags, clock);
  assert.equal(hasUnlisted(), true);
  assert.equal(await decide('jane', { groups: ['dev'] }), 'allow');
  assert.equal(await decide('eve'), 'deny');
  assert.equal(await decide('bob'), 'allow', 'without an opinion the next is asked');
  assert.deepEqual(webhook.asked[0].spec, {
    user: 'jane',
    groups: ['dev'],
    resourceAttributes: { verb: 'list', version: 'v1', resource: 'pods', namespace: 'team' },
  });
  assert.equal(await decide('jane', { groups: ['dev'] }), 'allow');
  assert.equal(webhook.asked.length, 3);
  await clock.advance(31_000);
  assert.equal(await decide('jane', { groups: ['dev'] }), 'allow');
  assert.equal(await decide('eve'), 'deny');
  assert.equal(webhook.asked.length, 4, 'what was denied is asked again sooner');
});

test('selectors come as requirements', async (t) => {
  const folder = await folderOf(t);
  const webhook = await webhookOf(t, folder);
  webhook.answer(() => ({ allowed: true }));
  const path = await configFile(folder, [{ type: 'Webhook', name: 'w', webhook: webhookPart(webhook.kubeconfig) }]);
  const { decide } = await open(t, [`authorization-config=${path}`]);
  const resource = { group: '', version: 'v1', plural: 'pods', subresource: '', namespace: '', name: '' };
  const selectors = { fieldSelector: 'spec.nodeName=n1,status.phase!=Failed', labelSelector: 'app in (a,b),!old' };
  await decide('jane', { resource: { ...resource, ...selectors } });
  const { fieldSelector, labelSelector } = webhook.asked[0].spec.resourceAttributes;
  assert.deepEqual(fieldSelector.requirements, [
    { key: 'spec.nodeName', operator: 'In', values: ['n1'] },
    { key: 'status.phase', operator: 'NotIn', values: ['Failed'] },
  ]);
  assert.deepEqual(labelSelector.requirements, [
    { key: 'app', operator: 'In', values: ['a', 'b'] },
    { key: 'old', operator: 'DoesNotExist' },
  ]);
});

test('match conditions say which requests are a webhook’s; failures go by the policy', async (t) => {
  const folder = await folderOf(t);
  const webhook = await webhookOf(t, folder);
  webhook.answer(({ spec }) => (spec.user === 'slow' ? new Promise(() => undefined) : { allowed: true }));
  const conditions = (...expressions: readonly string[]) => ({
    matchConditionSubjectAccessReviewVersion: 'v1',
    matchConditions: expressions.map((expression) => ({ expression })),
    timeout: '200ms',
  });
  const chain = (failurePolicy: string, ...expressions: readonly string[]) => [
    {
      type: 'Webhook',
      name: 'w',
      webhook: webhookPart(webhook.kubeconfig, { failurePolicy, ...conditions(...expressions) }),
    },
    { type: 'RBAC', name: 'rbac' },
  ];
  const inTeam = ['has(request.resourceAttributes)', "request.resourceAttributes.namespace == 'team'"];
  const own = await open(t, [`authorization-config=${await configFile(folder, chain('Deny', ...inTeam))}`]);
  assert.equal(await own.decide('jane'), 'allow');
  const path = { resource: undefined, path: '/metrics', verb: 'get' } as never as Attributes;
  assert.equal(await own.decide('jane', path), 'no-opinion');
  assert.equal(webhook.asked.length, 1);
  assert.equal(await own.decide('slow'), 'deny', 'no answer in time');

  const broken = "request.extra['x'][0] == 'y'";
  const denying = await open(t, [`authorization-config=${await configFile(folder, chain('Deny', broken))}`]);
  assert.equal(await denying.decide('bob'), 'deny');
  const lenient = await open(t, [`authorization-config=${await configFile(folder, chain('NoOpinion', broken))}`]);
  assert.equal(await lenient.decide('bob'), 'allow');
  const unneeded = chain('Deny', broken, "request.user == 'nobody'");
  const skipped = await open(t, [`authorization-config=${await configFile(folder, unneeded)}`]);
  assert.equal(await skipped.decide('bob'), 'allow', 'a condition that says no counts, whatever the others fail at');
});

test('a file that changes is taken over; one that will not do is not', async (t) => {
  const folder = await folderOf(t);
  const clock = new FakeClock();
  const path = await configFile(folder, [{ type: 'RBAC', name: 'rbac' }]);
  const { decide } = await open(t, [`authorization-config=${path}`], clock);
  const settle = async () => {
    await clock.advance(10_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  assert.equal(await decide('eve'), 'no-opinion');
  await configFile(folder, [{ type: 'AlwaysAllow', name: 'all' }]);
  await settle();
  assert.equal(await decide('eve'), 'allow');
  await configFile(folder, [{ type: 'ABAC', name: 'no' }]);
  await settle();
  assert.equal(await decide('eve'), 'allow');
});

test('a configuration that will not do is refused with all that is wrong', async (t) => {
  const folder = await folderOf(t);
  const webhook = await webhookOf(t, folder);
  const rbacPart = { type: 'RBAC', name: 'rbac' };
  const withPart = (more: object) => [{ type: 'Webhook', name: 'w', webhook: webhookPart(webhook.kubeconfig, more) }];
  for (const [authorizers, expected] of [
    [[], /at least one authorization mode/],
    [[rbacPart, { type: 'RBAC', name: 'other' }], /authorizers\[1\]\.type: Duplicate value: RBAC/],
    [[rbacPart, { type: 'Node', name: 'rbac' }], /authorizers\[1\]\.name: Duplicate value: rbac/],
    [[{ type: 'Webhook', name: 'w' }], /webhook: required when type=Webhook/],
    [[{ ...rbacPart, webhook: {} }], /may only be specified when type=Webhook/],
    [withPart({ timeout: '31s' }), /timeout: must be more than 0s and at most 30s/],
    [withPart({ failurePolicy: 'Maybe' }), /failurePolicy: "Maybe" must be one of NoOpinion, Deny/],
    [withPart({ connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: 'a' } }), /must be an absolute path/],
    [withPart({ matchConditions: [{ expression: 'true' }] }), /matchConditionSubjectAccessReviewVersion: Required/],
    [
      withPart({ matchConditionSubjectAccessReviewVersion: 'v1', matchConditions: [{ expression: 'who' }] }),
      /expression 'who': .*undeclared reference/,
    ],
  ] as const)
    await assert.rejects(open(t, [`authorization-config=${await configFile(folder, authorizers)}`]), expected);
});

test('over the API: a webhook decides, and reviews ask it with selectors', async (t) => {
  const folder = await folderOf(t);
  const webhook = await webhookOf(t, folder);
  webhook.answer(({ spec }) => ({
    allowed: spec.nonResourceAttributes || spec.resourceAttributes?.resource === 'subjectaccessreviews',
    reason: 'the webhook says so',
  }));
  const { authorizer } = await open(t, [
    'authorization-mode=Webhook',
    `authorization-webhook-config-file=${webhook.kubeconfig}`,
  ]);
  const server = await startTestServer({ authorizer });
  t.after(() => server.close());
  const jane = new TestClient(server, await server.client('jane', ['dev']));
  t.after(() => jane.session.destroy());
  assert.equal((await jane.call('GET', '/version')).status, 200);
  const refused = await jane.call('GET', '/api/v1/namespaces/team/secrets/x');
  assert.equal(
    refused.json.message,
    'secrets "x" is forbidden: User "jane" cannot get resource "secrets" in API group "" in the namespace "team": the webhook says so',
  );
  const fieldSelector = { requirements: [{ key: 'spec.nodeName', operator: 'In', values: ['n1'] }] };
  const resourceAttributes = { verb: 'list', resource: 'pods', version: 'v1', fieldSelector };
  const review = await jane.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: 'system:node:n1', resourceAttributes },
    },
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(review.status, 201, review.text);
  assert.equal(review.json.status.allowed, false);
  assert.deepEqual(webhook.asked.at(-1).spec.resourceAttributes.fieldSelector, fieldSelector);
});
