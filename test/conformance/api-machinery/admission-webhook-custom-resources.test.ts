import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose } from '../harness/api.ts';
import { definitions, establish, objectOf, objectsOf, randomDefinition } from '../harness/crds.ts';
import { startControlPlane } from '../harness/server.ts';
import { startWebhook } from '../harness/webhook.ts';
import { hook, withConfiguration } from '../harness/webhook-configurations.ts';

const { api, namespace } = await startControlPlane();
const webhook = await startWebhook(api);

const resourceOf = ({ spec }: Loose, version = '*') => ({ group: spec.group, version, plural: spec.names.plural });
const dataOf = (properties: readonly string[]) => ({
  type: 'object',
  properties: {
    data: {
      type: 'object',
      properties: Object.fromEntries(properties.map((name) => [name, { type: 'string' }])),
    },
  },
});

/** The two webhooks that together make three keys of one. */
const mutating = (definition: Loose, operations = ['CREATE']) =>
  [1, 2].map((stage) =>
    hook(webhook, {
      name: `mutate-custom-resource-data-stage-${stage}.k8s.io`,
      path: '/mutating-custom-resource',
      operations,
      resource: resourceOf(definition),
    }),
  );

test('AdmissionWebhook [Privileged:ClusterAdmin] should be able to deny custom resource creation, update and deletion', async () => {
  const space = await namespace('webhook');
  const definition = randomDefinition('denied');
  await establish(api, definition);
  const collection = objectsOf(definition, space);
  const key = 'webhook-e2e-test';
  const hooks = [
    hook(webhook, {
      name: 'deny-unwanted-custom-resource-data.k8s.io',
      path: '/custom-resource',
      operations: ['CREATE', 'UPDATE', 'DELETE'],
      resource: resourceOf(definition),
    }),
  ];
  const denied = { message: /denied the request: the custom resource contains unwanted data/ };
  await withConfiguration(api, { type: 'validating', name: 'deny-custom-resource', hooks }, async () => {
    const object = (name: string, value: string) => objectOf(definition, name, { data: { [key]: value } });
    await assert.rejects(api.create(collection, object('cr-instance-1', 'webhook-disallow')), denied);
    await api.create(collection, object('cr-instance-2', 'webhook-nondeletable'));
    const path = `${collection}/cr-instance-2`;
    await assert.rejects(
      api.modify(path, ({ data }) => {
        data[key] = 'webhook-disallow';
      }),
      denied,
    );
    await assert.rejects(api.delete(path), denied);
    await api.modify(path, ({ data }) => {
      data[key] = 'the-value-is-good';
    });
    await api.delete(path);
    assert.equal((await api.raw('GET', path)).status, 404);
  });
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should mutate custom resource', async () => {
  const definition = randomDefinition('mutated');
  await establish(api, definition);
  const hooks = mutating(definition);
  await withConfiguration(api, { type: 'mutating', name: 'mutate-custom-resource', hooks }, async () => {
    const object = objectOf(definition, 'cr-instance-1', { data: { 'mutation-start': 'yes' } });
    const { data } = await api.create(objectsOf(definition), object);
    assert.deepEqual(data, { 'mutation-start': 'yes', 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes' });
  });
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should mutate custom resource with pruning', async () => {
  const schema = dataOf(['mutation-start', 'mutation-stage-1']); // the second stage's key is not in it
  const definition = randomDefinition('pruned', { schema });
  await establish(api, definition);
  const hooks = mutating(definition);
  await withConfiguration(api, { type: 'mutating', name: 'mutate-with-pruning', hooks }, async () => {
    const object = objectOf(definition, 'cr-instance-1', { data: { 'mutation-start': 'yes' } });
    const { data } = await api.create(objectsOf(definition), object);
    assert.deepEqual(data, { 'mutation-start': 'yes', 'mutation-stage-1': 'yes' });
  });
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should mutate custom resource with different stored version', async () => {
  const schema = dataOf(['mutation-start', 'mutation-stage-1', 'mutation-stage-2', 'dummy']);
  const definition = randomDefinition('versions', {
    schema,
    versions: [{ name: 'v1' }, { name: 'v2', storage: false }],
  });
  await establish(api, definition);
  const hooks = mutating(definition, ['CREATE', 'UPDATE']);
  await withConfiguration(api, { type: 'mutating', name: 'mutate-other-version', hooks }, async () => {
    const object = objectOf(definition, 'cr-instance-1', { data: { 'mutation-start': 'yes' } });
    await api.create(objectsOf(definition), object);
    await api.patch(
      `${definitions}/${definition.metadata.name}`,
      [
        { op: 'replace', path: '/spec/versions/0/storage', value: false },
        { op: 'replace', path: '/spec/versions/1/storage', value: true },
      ],
      'json',
    );
    const path = `${objectsOf(definition, 'default', 'v2')}/cr-instance-1`;
    const patched = await api.patch(path, { data: { dummy: 'test' } });
    const expected = { 'mutation-start': 'yes', 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes', dummy: 'test' };
    assert.deepEqual(patched.data, expected);
    assert.deepEqual((await api.get(`${objectsOf(definition)}/cr-instance-1`)).data, expected);
  });
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should deny crd creation', async () => {
  const hooks = [
    hook(webhook, {
      name: 'deny-crd-with-unwanted-label.k8s.io',
      path: '/crd',
      resource: { group: 'apiextensions.k8s.io', version: '*', plural: 'customresourcedefinitions' },
      more: { objectSelector: { matchLabels: { 'webhook-e2e-test': 'webhook-disallow' } } },
    }),
  ];
  await withConfiguration(api, { type: 'validating', name: 'deny-crd', hooks }, async () => {
    const definition = randomDefinition('unwanted', { labels: { 'webhook-e2e-test': 'webhook-disallow' } });
    await assert.rejects(api.create(definitions, definition), {
      message: /denied the request: the crd contains unwanted label/,
    });
    assert.equal((await api.raw('GET', `${definitions}/${definition.metadata.name}`)).status, 404);
  });
});
