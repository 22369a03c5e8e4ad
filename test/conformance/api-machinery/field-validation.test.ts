import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose } from '../harness/api.ts';
import { establish, objectsOf, randomDefinition } from '../harness/crds.ts';
import { startControlPlane } from '../harness/server.ts';

const { api, namespace } = await startControlPlane();

const strict = 'fieldValidation=Strict&fieldManager=field_validation_mgr';
const deployments = async () => `/apis/apps/v1/namespaces/${await namespace('field-validation')}/deployments`;

/** A create and an apply of the same text, which is JSON and so YAML too; both must be refused with a message that matches. */
async function refused(collection: string, name: string, body: string, messages: readonly RegExp[]): Promise<void> {
  const created = await api.raw('POST', `${collection}?${strict}`, { body });
  const applied = await api.raw('PATCH', `${collection}/${name}?${strict}`, {
    body,
    headers: { 'content-type': 'application/apply-patch+yaml' },
  });
  for (const [how, answer] of [
    ['create', created],
    ['apply', applied],
  ] as const) {
    assert.ok(answer.status >= 400 && answer.status < 500, `${how}: ${answer.status} ${answer.text}`);
    for (const message of messages) assert.match(answer.json.message, message, how);
  }
  assert.equal((await api.raw('GET', `${collection}/${name}`)).status, 404);
}

/** Creates one object and applies another of the same content. */
async function accepted(collection: string, definition: Loose, content: Loose): Promise<void> {
  const { group, versions, names } = definition.spec;
  const object = (name: string) => ({
    apiVersion: `${group}/${versions[0].name}`,
    kind: names.kind,
    ...content,
    metadata: { name, ...content.metadata },
  });
  const created = await api.create(`${collection}?${strict}`, object('created'));
  const applied = await api.patch(`${collection}/applied?${strict}`, object('applied'), 'apply');
  for (const each of [created, applied]) {
    assert.deepEqual(each.spec, content.spec);
    assert.deepEqual(each.metadata.finalizers, content.metadata?.finalizers);
  }
}

const cronSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        cronSpec: { type: 'string', pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$' },
        foo: { type: 'string' },
        ports: {
          type: 'array',
          'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
          'x-kubernetes-list-type': 'map',
          items: {
            type: 'object',
            required: ['containerPort', 'protocol'],
            properties: {
              containerPort: { type: 'integer', format: 'int32' },
              hostIP: { type: 'string' },
              name: { type: 'string' },
              protocol: { type: 'string' },
            },
          },
        },
      },
    },
  },
};

const anyObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const validSpec = {
  cronSpec: '* * * * */5',
  ports: [{ name: 'x', containerPort: 80, protocol: 'TCP' }],
};

async function define(schema: Loose) {
  const definition = randomDefinition('fieldvalidation', { schema });
  await establish(api, definition);
  const { group, versions, names } = definition.spec;
  const head = `"apiVersion": "${group}/${versions[0].name}", "kind": "${names.kind}"`;
  return { definition, collection: objectsOf(definition), head };
}

test('FieldValidation should detect unknown and duplicate fields of a typed object', async () => {
  const body = `{
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"name": "my-dep", "labels": {"app": "nginx"}},
    "spec": {
      "unknownSpec": true,
      "paused": true,
      "paused": false,
      "selector": {"matchLabels": {"app": "nginx"}},
      "template": {
        "metadata": {"labels": {"app": "nginx"}},
        "spec": {"containers": [{
          "name": "nginx", "image": "nginx:latest", "unknownNested": "val1",
          "imagePullPolicy": "Always", "imagePullPolicy": "Never"
        }]}
      }
    }
  }`;
  const collection = await deployments();
  const { status, json } = await api.raw('POST', `${collection}?${strict}`, { body });
  assert.equal(status, 400);
  for (const problem of [
    'unknown field "spec.unknownSpec"',
    'duplicate field "spec.paused"',
    'unknown field "spec.template.spec.containers[0].unknownNested"',
    'duplicate field "spec.template.spec.containers[0].imagePullPolicy"',
  ])
    assert.ok(json.message.includes(problem), `${problem} in ${json.message}`);
  await refused(collection, 'my-dep', body, [/strict decoding error|key "paused" already set in map/]);
});

test('FieldValidation should detect unknown metadata fields of a typed object', async () => {
  const body = `{
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"name": "my-dep", "unknownMeta": "foo", "labels": {"app": "nginx"}},
    "spec": {
      "selector": {"matchLabels": {"app": "nginx"}},
      "template": {
        "metadata": {"labels": {"app": "nginx"}},
        "spec": {"containers": [{"name": "nginx", "image": "nginx:latest"}]}
      }
    }
  }`;
  await refused(await deployments(), 'my-dep', body, [
    /unknown field "metadata.unknownMeta"|\.metadata\.unknownMeta: field not declared in schema/,
  ]);
});

test('FieldValidation should create/apply a valid CR for CRD with validation schema', async () => {
  const { definition, collection } = await define(cronSchema);
  await accepted(collection, definition, { metadata: { finalizers: ['test/finalizer'] }, spec: validSpec });
});

test('FieldValidation should create/apply an invalid CR with extra properties for CRD with validation schema', async () => {
  const { collection, head } = await define(cronSchema);
  const spec = JSON.stringify({ extraProperty: 'arbitrary-value', ...validSpec });
  await refused(collection, 'mytest', `{${head}, "metadata": {"name": "mytest"}, "spec": ${spec}}`, [
    /unknown field "spec.extraProperty"|\.spec\.extraProperty: field not declared in schema/,
  ]);
});

test('FieldValidation should create/apply a CR with unknown fields for CRD with no validation schema', async () => {
  const { definition, collection } = await define(anyObject);
  const spec = { ...validSpec, extraProperty: 'arbitrary-value', ports: [...validSpec.ports, { anything: true }] };
  await accepted(collection, definition, { metadata: { finalizers: ['test/finalizer'] }, spec });
});

test('FieldValidation should detect unknown metadata fields in both the root and embedded object of a CR', async () => {
  const template = {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: anyObject,
    },
  };
  const { collection, head } = await define({
    type: 'object',
    properties: { spec: { type: 'object', properties: { template } } },
  });
  const embedded = `{"apiVersion": "foo/v1", "kind": "Sub", "metadata": {"name": "subobject", "unknownSubMeta": "unknown"}}`;
  const body = `{${head}, "metadata": {"name": "mytest", "unknownMeta": "unknown"}, "spec": {"template": ${embedded}}}`;
  await refused(collection, 'mytest', body, [
    /unknown field "metadata\.unknownMeta"|\.metadata\.unknownMeta: field not declared in schema/,
  ]);
  const { json } = await api.raw('POST', `${collection}?${strict}`, { body });
  assert.match(json.message, /unknown field "spec\.template\.metadata\.unknownSubMeta"/);
});

test('FieldValidation should detect duplicates in a CR when preserving unknown fields', async () => {
  const { collection, head } = await define(anyObject);
  const spec = '{"unknown": "uk1", "unknownDupe": "a", "unknownDupe": "b", "cronSpec": "* * * * */5"}';
  await refused(collection, 'mytest', `{${head}, "metadata": {"name": "mytest"}, "spec": ${spec}}`, [
    /duplicate field "spec\.unknownDupe"|key "unknownDupe" already set in map/,
  ]);
});
