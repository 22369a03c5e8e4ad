import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Kind, kind } from '../../api/kind.ts';
import { builtInKinds } from '../../api/kinds.ts';
import type { Json } from './definitions.ts';
import { documentNames, openApiV2, openApiV3Document, openApiV3Hash, openApiV3Index } from './documents.ts';
import { differences, noReference, readReference } from './golden.ts';

/** Where our documents may differ from upstream's, and why. */
const explained: readonly (readonly [RegExp, string])[] = [
  [/shardSelector/, 'sharded lists are alpha and off by default upstream'],
];

/** Group versions that are off by default upstream are not served; what only they refer to is not there either. */
const notServed = /v\d+(?:alpha|beta)\d+|internal\.apiserver|storagemigration|\/logs\/|GroupResource: /;

function unexplained(theirs: unknown, ours: unknown): readonly string[] {
  return differences(theirs, ours).filter((line) => !explained.some(([pattern]) => pattern.test(line)));
}

describe('compared with the published documents', { skip: noReference }, () => {
  for (const name of documentNames(builtInKinds)) {
    // The published folder has no file for it.
    if (name.startsWith('.well-known')) continue;
    test(`/openapi/v3/${name}`, () => {
      const published = readReference(`openapi-v3/${name.replaceAll('/', '__')}_openapi.json`);
      assert.deepEqual(unexplained(published, openApiV3Document(builtInKinds, name)), []);
    });
  }

  test('/openapi/v2', () => {
    const published = withParameters(readReference('swagger.json') as Document);
    const ours = withParameters(structuredClone(openApiV2(builtInKinds)) as unknown as Document);
    const lines = unexplained(published, ours).filter((line) => !(notServed.test(line) && line.endsWith('→ none')));
    assert.deepEqual(lines, []);
  });

  test('the comparison sees a difference', () => {
    const published = readReference('openapi-v3/version_openapi.json');
    assert.notDeepEqual(unexplained(published, openApiV3Document(builtInKinds, 'api')), []);
  });
});

interface Document {
  readonly paths: Record<string, Record<string, unknown>>;
  parameters?: Record<string, unknown>;
}

/** Puts shared parameters where they are used: their names carry a hash. */
function withParameters(document: Document): Document {
  const inline = (holder: Record<string, unknown>) => {
    if (!Array.isArray(holder['parameters'])) return;
    holder['parameters'] = holder['parameters'].map(
      (parameter: Json) => document.parameters?.[String(parameter['$ref']).split('/').at(-1) ?? ''] ?? parameter,
    );
  };
  for (const path of Object.values(document.paths)) {
    inline(path);
    for (const operation of Object.values(path))
      if (!Array.isArray(operation)) inline(operation as Record<string, unknown>);
  }
  delete document.parameters;
  return document;
}

function schemasOf(document: Json | undefined): Record<string, Json> {
  const { schemas } = (document?.['components'] ?? {}) as { schemas?: Record<string, Json> };
  return schemas ?? {};
}

const widget = (schemaType: 'string' | 'integer'): Kind =>
  kind({
    group: 'example.com',
    version: 'v1',
    kind: 'Widget',
    plural: 'widgets',
    scope: 'Namespaced',
    schema: () => ({ type: 'object', properties: { size: { type: schemaType } } }),
  });

test('the index names each document with a hash that changes when the document does', () => {
  const paths = openApiV3Index([widget('string')], 'v1')['paths'] as Record<string, { serverRelativeURL: string }>;
  const hash = openApiV3Hash([widget('string')], 'apis/example.com/v1', 'v1');
  assert.equal(paths['apis/example.com/v1']?.serverRelativeURL, `/openapi/v3/apis/example.com/v1?hash=${hash}`);
  assert.ok(paths['apis/example.com'] && paths['version'] && paths['api']);
  assert.notEqual(hash, openApiV3Hash([widget('integer')], 'apis/example.com/v1', 'v1'));
  assert.notEqual(hash, openApiV3Hash([widget('string')], 'apis/example.com/v1', 'v2'));
  assert.equal(hash, openApiV3Hash([widget('string')], 'apis/example.com/v1', 'v1'));
});

test('a kind without a published definition is described by its own schema', () => {
  const schemas = schemasOf(openApiV3Document([widget('string')], 'apis/example.com/v1'));
  assert.deepEqual(schemas['com.example.v1.Widget'], {
    type: 'object',
    properties: { size: { type: 'string' } },
    'x-kubernetes-group-version-kind': [{ group: 'example.com', version: 'v1', kind: 'Widget' }],
  });
  const list = schemas['com.example.v1.WidgetList'];
  assert.deepEqual(list?.['required'], ['items']);
  assert.deepEqual(list?.['x-kubernetes-group-version-kind'], [
    { group: 'example.com', version: 'v1', kind: 'WidgetList' },
  ]);
});

test('every reference in a document leads somewhere', () => {
  for (const document of [
    openApiV3Document([widget('string')], 'apis/example.com/v1'),
    openApiV3Document(builtInKinds, 'api/v1'),
    openApiV2([...builtInKinds, widget('string')]),
  ]) {
    const text = JSON.stringify(document);
    for (const [, pointer = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = pointer.split('/').reduce<unknown>((at, key) => (at as Json | undefined)?.[key], document);
      assert.ok(found, pointer);
    }
  }
});

test('a document that nobody described is not there', () => {
  assert.equal(openApiV3Document(builtInKinds, 'apis/nothing.example.com/v1'), undefined);
  assert.equal(openApiV3Document(builtInKinds, 'constructor'), undefined);
});

test('descriptions stand where there are some', () => {
  const descriptions = {
    ofType: (name: string) => (name.endsWith('.Lease') ? 'a lease' : undefined),
    ofField: (name: string, field: string) => (name.endsWith('.Lease') && field === 'spec' ? 'the terms' : undefined),
  };
  const schemas = schemasOf(openApiV3Document(builtInKinds, 'apis/coordination.k8s.io/v1', { descriptions }));
  const lease = schemas['io.k8s.api.coordination.v1.Lease'];
  assert.equal(lease?.['description'], 'a lease');
  const properties = (lease?.['properties'] ?? {}) as Json;
  assert.deepEqual(properties['spec'], {
    description: 'the terms',
    default: {},
    allOf: [{ $ref: '#/components/schemas/io.k8s.api.coordination.v1.LeaseSpec' }],
  });
});
