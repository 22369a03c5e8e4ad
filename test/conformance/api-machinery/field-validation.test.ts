import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose } from '../harness/api.ts';
import { establish, objectsOf, randomDefinition } from '../harness/crds.ts';
import { startControlPlane } from '../harness/server.ts';

const { api, namespace } = await startControlPlane();

const strict = 'fieldValidation=Strict&fieldManager=field_validation_mgr';
const deployments = async () => `/apis/apps/v1/namespaces/${await namespace('field-validation')}/deployments`;

/** A create and an apply of the same JSON, which is YAML too; each must be refused with a message that has this in it. */
async function refused(
  collection: string,
  body: string,
  { create, apply }: { readonly create: string; readonly apply: string },
): Promise<void> {
  const path = `${collection}/${JSON.parse(body).metadata.name}`;
  const created = await api.raw('POST', `${collection}?${strict}`, { body });
  assert.equal(created.status, 400, created.text);
  assert.ok(created.json.message.includes(create), created.text);
  await applyRefused(path, body, apply);
}

async function applyRefused(path: string, body: string, message: string): Promise<void> {
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const applied = await api.raw('PATCH', `${path}?${strict}`, { body, headers });
  assert.ok(applied.status >= 400 && applied.status < 500, applied.text);
  assert.ok(applied.json.message.includes(message), applied.text);
  assert.equal((await api.raw('GET', path)).status, 404);
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

/** A Deployment as text, with more in its metadata and its spec. */
const deploymentText = (metadata: string, spec: string) => `{
  "apiVersion": "apps/v1", "kind": "Deployment",
  "metadata": {"name": "my-dep", ${metadata} "labels": {"app": "nginx"}},
  "spec": {
    ${spec}
    "selector": {"matchLabels": {"app": "nginx"}},
    "template": {
      "metadata": {"labels": {"app": "nginx"}},
      "spec": {"containers": [{"name": "nginx", "image": "nginx:latest"}]}
    }
  }
}`;

test('FieldValidation should detect unknown and duplicate fields of a typed object', async () => {
  const body = deploymentText('', '"unknownField": "foo", "replicas": 2, "replicas": 3,');
  await refused(await deployments(), body, {
    create: 'strict decoding error: unknown field "spec.unknownField", duplicate field "spec.replicas"',
    apply: 'line 5: key "replicas" already set in map',
  });
});

test('FieldValidation should detect unknown metadata fields of a typed object', async () => {
  const body = deploymentText('"unknownMeta": "foo",', '');
  await refused(await deployments(), body, {
    create: 'strict decoding error: unknown field "metadata.unknownMeta"',
    apply: '.metadata.unknownMeta: field not declared in schema',
  });
});

test('FieldValidation should create/apply a valid CR for CRD with validation schema', async () => {
  const { definition, collection } = await define(cronSchema);
  await accepted(collection, definition, { metadata: { finalizers: ['test/finalizer'] }, spec: validSpec });
});

test('FieldValidation should create/apply an invalid CR with extra properties for CRD with validation schema', async () => {
  const { collection, head } = await define(cronSchema);
  const body = `{${head}, "metadata": {"name": "mytest"}, "unknownField": "unknown", "spec": ${JSON.stringify(validSpec)}}`;
  await refused(collection, body, {
    create: 'strict decoding error: unknown field "unknownField"',
    apply: '.unknownField: field not declared in schema',
  });
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
  const body = (metadata: string) =>
    `{${head}, "metadata": {"name": "mytest"${metadata}}, "spec": {"template": ${embedded}}}`;
  await refused(collection, body(', "unknownMeta": "unknown"'), {
    create: 'unknown field "metadata.unknownMeta"',
    apply: 'unknownMeta: field not declared in schema',
  });
  await refused(collection, body(''), {
    create: 'unknown field "spec.template.metadata.unknownSubMeta"',
    apply: '.spec.template.metadata.unknownSubMeta: field not declared in schema',
  });
});

test('FieldValidation should detect duplicates in a CR when preserving unknown fields', async () => {
  const { definition, collection, head } = await define(anyObject);
  const { group, versions, names } = definition.spec;
  const yaml = `
apiVersion: ${group}/${versions[0].name}
kind: ${names.kind}
metadata:
  name: mytest
  finalizers:
  - test/finalizer
spec:
  unknown: uk1
  foo: foo1
  foo: foo2
  cronSpec: "* * * * */5"`;
  await applyRefused(`${collection}/mytest`, yaml, 'line 11: key "foo" already set in map');
  const json = `{${head}, "metadata": {"name": "mytest"}, "spec": {"unknown": "uk1", "foo": "foo1", "foo": "foo2"}}`;
  await refused(collection, json, {
    create: 'strict decoding error: duplicate field "spec.foo"',
    apply: 'line 1: key "foo" already set in map',
  });
});
