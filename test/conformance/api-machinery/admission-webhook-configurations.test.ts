import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose } from '../harness/api.ts';
import { startControlPlane } from '../harness/server.ts';
import { startWebhook } from '../harness/webhook.ts';
import { configurationsOf, hook, type WebhookType, withConfiguration } from '../harness/webhook-configurations.ts';

const { api, namespace } = await startControlPlane();
const webhook = await startWebhook(api);

const mapsOf = (space: string) => `/api/v1/namespaces/${space}/configmaps`;
const isMutated = ({ data }: Loose) => data['mutation-stage-1'] === 'yes';
const mutable = (name: string) => ({ metadata: { name }, data: { 'mutation-start': 'yes' } });
const unwanted = (name: string) => ({ metadata: { name }, data: { 'webhook-e2e-test': 'webhook-disallow' } });
const denied = { message: /denied the request: the configmap contains unwanted key and value/ };

/** Updates the rules of a configuration's only webhook. */
const setOperations = (path: string, operations: readonly string[]) =>
  api.modify(path, ({ webhooks }) => {
    webhooks[0].rules[0].operations = operations;
  });
const patchOperations = (path: string, operations: readonly string[]) =>
  api.patch(path, [{ op: 'replace', path: '/webhooks/0/rules/0/operations', value: operations }], 'json');

test('AdmissionWebhook [Privileged:ClusterAdmin] patching/updating a validating webhook should work', async () => {
  const space = await namespace('webhook');
  const hooks = [hook(webhook, { name: 'deny.k8s.io', path: '/configmaps', namespace: space })];
  await withConfiguration(api, { type: 'validating', name: 'patched-validating', hooks }, async (path) => {
    await assert.rejects(api.create(mapsOf(space), unwanted('first')), denied);
    await setOperations(path, ['UPDATE']);
    await api.create(mapsOf(space), unwanted('second'));
    await patchOperations(path, ['CREATE']);
    await assert.rejects(api.create(mapsOf(space), unwanted('third')), denied);
  });
});

test('AdmissionWebhook [Privileged:ClusterAdmin] patching/updating a mutating webhook should work', async () => {
  const space = await namespace('webhook');
  const hooks = [hook(webhook, { name: 'mutate.k8s.io', path: '/mutating-configmaps', namespace: space })];
  await withConfiguration(api, { type: 'mutating', name: 'patched-mutating', hooks }, async (path) => {
    assert.ok(isMutated(await api.create(mapsOf(space), mutable('first'))));
    await setOperations(path, ['UPDATE']);
    assert.ok(!isMutated(await api.create(mapsOf(space), mutable('second'))));
    await patchOperations(path, ['CREATE']);
    assert.ok(isMutated(await api.create(mapsOf(space), mutable('third'))));
  });
});

/** Ten configurations, found by their label, working, and gone together. */
async function checkListing(
  type: WebhookType,
  { path, works }: { path: string; works: (space: string) => Promise<void> },
) {
  const space = await namespace('webhook');
  const labels = { 'e2e-list-test-webhook': `${type}-${space}` };
  const chosen = `${configurationsOf(type)}?labelSelector=${encodeURIComponent(`e2e-list-test-webhook=${type}-${space}`)}`;
  for (let index = 0; index < 10; index++)
    await api.create(configurationsOf(type), {
      metadata: { name: `listed-${type}-${index}`, labels },
      webhooks: [hook(webhook, { name: `listed-${index}.k8s.io`, path, namespace: space })],
    });
  assert.equal((await api.get(chosen)).items.length, 10);
  await works(space);
  await api.delete(chosen);
  assert.equal((await api.get(chosen)).items.length, 0);
  return space;
}

test('AdmissionWebhook [Privileged:ClusterAdmin] listing validating webhooks should work', async () => {
  const space = await checkListing('validating', {
    path: '/configmaps',
    works: (within) => assert.rejects(api.create(mapsOf(within), unwanted('first')), denied),
  });
  await api.create(mapsOf(space), unwanted('second'));
});

test('AdmissionWebhook [Privileged:ClusterAdmin] listing mutating webhooks should work', async () => {
  const space = await checkListing('mutating', {
    path: '/mutating-configmaps',
    works: async (within) => assert.ok(isMutated(await api.create(mapsOf(within), mutable('first')))),
  });
  assert.ok(!isMutated(await api.create(mapsOf(space), mutable('second'))));
});

const before = [{ name: 'expression-1', expression: "object.metadata.namespace == 'production'" }];
const changed = [
  { name: 'expression-1', expression: "object.metadata.namespace == 'production'" },
  { name: 'expression-2', expression: "object.metadata.namespace == 'staging'" },
];

async function checkMatchConditions(type: WebhookType): Promise<void> {
  const space = await namespace('webhook');
  const path = type === 'mutating' ? '/mutating-configmaps' : '/configmaps';
  const one = hook(webhook, { name: 'conditions.k8s.io', path, namespace: space, more: { matchConditions: before } });
  await withConfiguration(api, { type, name: `conditions-${type}`, hooks: [one] }, async (at) => {
    assert.deepEqual((await api.get(at)).webhooks[0].matchConditions, before);
    await api.modify(at, ({ webhooks }) => {
      webhooks[0].matchConditions = changed;
    });
    assert.deepEqual((await api.get(at)).webhooks[0].matchConditions, changed);
  });
}

test('AdmissionWebhook [Privileged:ClusterAdmin] should be able to create and update validating webhook configurations with match conditions', async () => {
  await checkMatchConditions('validating');
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should be able to create and update mutating webhook configurations with match conditions', async () => {
  await checkMatchConditions('mutating');
});

async function checkInvalidConditions(type: WebhookType): Promise<void> {
  const more = { matchConditions: [{ name: 'invalid-expression-1', expression: '... [] bad expression' }] };
  const hooks = [hook(webhook, { name: 'invalid.k8s.io', path: '/always-deny', more })];
  const created = api.create(configurationsOf(type), { metadata: { name: `invalid-${type}` }, webhooks: hooks });
  await assert.rejects(created, { reason: 'Invalid', message: /compilation failed/ });
}

test('AdmissionWebhook [Privileged:ClusterAdmin] should reject validating webhook configurations with invalid match conditions', async () => {
  await checkInvalidConditions('validating');
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should reject mutating webhook configurations with invalid match conditions', async () => {
  await checkInvalidConditions('mutating');
});

test("AdmissionWebhook [Privileged:ClusterAdmin] should mutate everything except 'skip-me' configmaps", async () => {
  const space = await namespace('webhook');
  const more = { matchConditions: [{ name: 'skip-me', expression: "object.metadata.name != 'skip-me'" }] };
  const hooks = [hook(webhook, { name: 'skipping.k8s.io', path: '/mutating-configmaps', namespace: space, more })];
  await withConfiguration(api, { type: 'mutating', name: 'skipping', hooks }, async () => {
    assert.ok(!isMutated(await api.create(mapsOf(space), mutable('skip-me'))));
    assert.ok(isMutated(await api.create(mapsOf(space), mutable('mutate-me'))));
  });
});
