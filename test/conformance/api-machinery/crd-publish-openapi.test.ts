import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../harness/wait.ts';
import type { Loose } from '../harness/api.ts';
import { definitions, establish, objectOf, randomDefinition } from '../harness/crds.ts';
import { startControlPlane } from '../harness/server.ts';

const { api, kubectl, namespace } = await startControlPlane();

const describedString = (description: string) => ({ description, type: 'string' });
const barSpec = {
  type: 'object',
  required: ['name'],
  properties: {
    name: describedString('Name of Bar.'),
    age: describedString('Age of Bar.'),
    feeling: { ...describedString('Whether Bar is feeling great.'), enum: ['Great', 'Down'] },
    bazs: { description: 'List of Bazs.', type: 'array', items: { type: 'string' } },
  },
};
const barStatus = {
  type: 'object',
  properties: { name: describedString('Name of Bar.'), available: { description: 'Available.', type: 'boolean' } },
};
const fooSchema = {
  description: 'Foo CRD for Testing',
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      description: 'Specification of Foo',
      properties: { bars: { description: 'List of Bars and their specs.', type: 'array', items: barSpec } },
    },
    status: {
      type: 'object',
      description: 'Status of Foo',
      properties: { bars: { description: 'List of Bars and their statuses.', type: 'array', items: barStatus } },
    },
  },
};
const waldoSchema = {
  description: 'Waldo CRD for Testing',
  type: 'object',
  properties: {
    spec: { type: 'object', description: 'Specification of Waldo', properties: { dummy: { type: 'string' } } },
  },
};
const preserve = { 'x-kubernetes-preserve-unknown-fields': true };
const nestedSchema = {
  description: 'preserve-unknown-properties in nested field for Testing',
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      description: 'Specification of Waldo',
      ...preserve,
      properties: { dummy: { type: 'object' } },
    },
    status: {
      type: 'object',
      description: 'Status of Waldo',
      properties: {
        bars: {
          description: 'List of Bars and their statuses.',
          type: 'array',
          items: { type: 'object', ...preserve },
        },
      },
    },
  },
};

const served = (versions: readonly string[]) => versions.map((name) => ({ name }));

async function define(base: string, schema: Loose, options: { group?: string; versions?: readonly string[] } = {}) {
  const { group = `crd-publish-openapi-test-${base}.example.com`, versions = ['v1'] } = options;
  const definition = randomDefinition(base, { schema, group, versions: served(versions) });
  await establish(api, definition);
  return definition;
}

/** The name of a version's document: the group's labels backwards. */
const documentName = ({ spec }: Loose, version: string) =>
  [...spec.group.split('.').reverse(), version, spec.names.kind].join('.');

async function published(definition: Loose, version: string): Promise<Loose> {
  const { definitions: all } = await api.get('/openapi/v2');
  return all[documentName(definition, version)];
}

/** The published schema has everything of the definition's, and what every object has. */
async function untilPublished(definition: Loose, schema: Loose, version: string): Promise<void> {
  const found = await until(
    `${documentName(definition, version)} in the document`,
    () => published(definition, version),
    {
      everyMs: 50,
    },
  );
  const { apiVersion, kind, metadata, ...own } = found.properties;
  assert.equal(apiVersion.type, 'string');
  assert.equal(kind.type, 'string');
  assert.equal(metadata.$ref, '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
  assert.deepEqual(own, schema.properties);
  assert.equal(found.description, schema.description);
  assert.deepEqual(found['x-kubernetes-group-version-kind'], [
    { group: definition.spec.group, kind: definition.spec.names.kind, version },
  ]);
}

const untilWithdrawn = (definition: Loose, version: string) =>
  until(`${documentName(definition, version)} to be gone`, async () => !(await published(definition, version)), {
    everyMs: 50,
  });

/** kubectl with an object as its input. */
async function send(word: 'create' | 'apply' | 'delete', space: string, object: Loose) {
  const { exitCode, stderr } = await kubectl([`--namespace=${space}`, word, '-f', '-'], JSON.stringify(object));
  return { ok: exitCode === 0, stderr };
}

async function accepted(space: string, object: Loose): Promise<void> {
  for (const word of ['create', 'delete', 'apply', 'delete'] as const) {
    const { ok, stderr } = await send(word, space, object);
    assert.ok(ok, `${word}: ${stderr}`);
  }
}

async function refused(space: string, object: Loose, message: RegExp): Promise<void> {
  for (const word of ['create', 'apply'] as const) {
    const { ok, stderr } = await send(word, space, object);
    assert.ok(!ok, `${word} of ${JSON.stringify(object)}`);
    assert.match(stderr, message);
  }
}

async function explain(what: string): Promise<string> {
  const { exitCode, stdout, stderr } = await kubectl(['explain', what]);
  assert.equal(exitCode, 0, stderr);
  return stdout;
}

test('CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD with validation schema', async () => {
  const space = await namespace('crd-publish-openapi');
  const definition = await define('foo', fooSchema);
  await untilPublished(definition, fooSchema, 'v1');
  const foo = (content: Loose) => objectOf(definition, 'test-foo', content);
  await accepted(space, foo({ spec: { bars: [{ name: 'test-bar' }] } }));
  await refused(
    space,
    foo({ spec: { bars: [{ name: 'test-bar', feeling: 'NonExistentValue' }] } }),
    /NonExistentValue/,
  );
  await refused(space, foo({ spec: { foo: true } }), /unknown field "spec\.foo"/);
  await refused(space, foo({ spec: { bars: [{ age: '10' }] } }), /name.*required|missing required|Required value/);

  const { plural } = definition.spec.names;
  assert.match(
    await explain(plural),
    /DESCRIPTION:.*Foo CRD for Testing.*FIELDS:.*apiVersion.*<string>.*APIVersion defines.*spec.*<Object>.*Specification of Foo/s,
  );
  assert.match(
    await explain(`${plural}.metadata`),
    /DESCRIPTION:.*Standard object's metadata.*FIELDS:.*creationTimestamp.*<string>.*CreationTimestamp is a timestamp/s,
  );
  assert.match(
    await explain(`${plural}.spec`),
    /DESCRIPTION:.*Specification of Foo.*FIELDS:.*bars.*<\[\]Object>.*List of Bars and their specs/s,
  );
  assert.match(
    await explain(`${plural}.spec.bars`),
    /DESCRIPTION:.*List of Bars and their specs.*FIELDS:.*bazs.*<\[\]string>.*List of Bazs.*name.*<string>.*Name of Bar/s,
  );
  const unknown = await kubectl(['explain', `${plural}.spec.bars2`]);
  assert.notEqual(unknown.exitCode, 0);
  assert.match(unknown.stderr, /field "bars2" does not exist/);
});

test('CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD without validation schema', async () => {
  const space = await namespace('crd-publish-openapi');
  const definition = await define('empty', { type: 'object', ...preserve });
  await until('the document', () => published(definition, 'v1'));
  await accepted(space, objectOf(definition, 'test-cr', { a: { b: [{ c: 'd' }] } }));
  assert.match(await explain(definition.spec.names.plural), /DESCRIPTION:.*<empty>/s);
});

test('CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD preserving unknown fields at the schema root', async () => {
  const space = await namespace('crd-publish-openapi');
  const definition = await define('unknown-at-root', { type: 'object', ...preserve });
  await until('the document', () => published(definition, 'v1'));
  await accepted(space, objectOf(definition, 'test-cr', { a: { b: [{ c: 'd' }] } }));
  const { names } = definition.spec;
  assert.match(await explain(names.plural), new RegExp(`KIND:.*${names.kind}`, 's'));
});

test('CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD preserving unknown fields in an embedded object', async () => {
  const space = await namespace('crd-publish-openapi');
  const definition = await define('unknown-in-nested', nestedSchema);
  await until('the document', () => published(definition, 'v1'));
  await accepted(space, objectOf(definition, 'test-cr', { spec: { b: [{ c: 'd' }] }, status: { bars: [{ x: 1 }] } }));
  assert.match(
    await explain(definition.spec.names.plural),
    /DESCRIPTION:.*preserve-unknown-properties in nested field for Testing/s,
  );
});

test('CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for multiple CRDs of different groups', async () => {
  const foo = await define('foo', fooSchema);
  const waldo = await define('waldo', waldoSchema, { versions: ['v1beta1'] });
  assert.notEqual(foo.spec.group, waldo.spec.group);
  await untilPublished(waldo, waldoSchema, 'v1beta1');
  await untilPublished(foo, fooSchema, 'v1');
});

test('CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for multiple CRDs of same group but different versions', async () => {
  const several = await define('multi-ver', fooSchema, { versions: ['v2', 'v3'] });
  await untilPublished(several, fooSchema, 'v3');
  await untilPublished(several, fooSchema, 'v2');
  const group = 'crd-publish-openapi-test-common-group.example.com';
  const foo = await define('foo', fooSchema, { group, versions: ['v4'] });
  const waldo = await define('waldo', waldoSchema, { group, versions: ['v5'] });
  await untilPublished(waldo, waldoSchema, 'v5');
  await untilPublished(foo, fooSchema, 'v4');
});

test('CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for multiple CRDs of same group and version but different kinds', async () => {
  const group = 'crd-publish-openapi-test-common-version.example.com';
  const foo = await define('foo', fooSchema, { group, versions: ['v6'] });
  const waldo = await define('waldo', waldoSchema, { group, versions: ['v6'] });
  await untilPublished(waldo, waldoSchema, 'v6');
  await untilPublished(foo, fooSchema, 'v6');
});

test('CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] updates the published spec when one version gets renamed', async () => {
  const definition = await define('multi-to-single-ver', fooSchema, { versions: ['v2', 'v3'] });
  await untilPublished(definition, fooSchema, 'v3');
  await untilPublished(definition, fooSchema, 'v2');
  await api.patch(
    `${definitions}/${definition.metadata.name}`,
    [
      { op: 'test', path: '/spec/versions/1/name', value: 'v3' },
      { op: 'replace', path: '/spec/versions/1/name', value: 'v4' },
    ],
    'json',
  );
  await untilPublished(definition, fooSchema, 'v4');
  await untilWithdrawn(definition, 'v3');
  await untilPublished(definition, fooSchema, 'v2');
});

test('CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] removes definition from spec when one version gets changed to not be served', async () => {
  const definition = await define('multi-to-single-ver', fooSchema, { versions: ['v5', 'v6alpha1'] });
  await untilPublished(definition, fooSchema, 'v6alpha1');
  await untilPublished(definition, fooSchema, 'v5');
  await api.modify(`${definitions}/${definition.metadata.name}`, ({ spec }) => {
    spec.versions[1].served = false;
  });
  await untilWithdrawn(definition, 'v6alpha1');
  await untilPublished(definition, fooSchema, 'v5');
});
