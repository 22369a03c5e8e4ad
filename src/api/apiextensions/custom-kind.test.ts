import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../object.ts';
import { checkBody } from '../schema/decode.ts';
import type { CustomResourceDefinition, JSONSchemaProps } from '../schema/generated/types/apiextensions-v1.ts';
import { customKinds } from './custom-kind.ts';
import { fillCustom } from './fill-custom.ts';
import { settledStatus } from './names-conditions.ts';
import { publishedSchema } from './published-schema.ts';
import { schemaOfVersion } from './structural.ts';
import { comparePriority } from './version-priority.ts';

const text: JSONSchemaProps = { type: 'string' };
const withSpec = (properties: Readonly<Record<string, JSONSchemaProps>>): JSONSchemaProps => ({
  type: 'object',
  properties: { spec: { type: 'object', properties } },
});

describe('a structural schema', () => {
  /** What pruning leaves of a spec, and what it complains of. */
  function pruned(properties: Readonly<Record<string, JSONSchemaProps>>, spec: unknown) {
    const object = structuredClone({ metadata: {}, spec });
    const unknown = checkBody(schemaOfVersion(withSpec(properties)), object, { custom: true });
    return [object.spec, unknown];
  }

  test('prunes what it does not name', () => {
    assert.deepEqual(pruned({ a: text }, { a: 'x', b: 1 }), [{ a: 'x' }, ['unknown field "spec.b"']]);
    assert.deepEqual(pruned({ o: { type: 'object' } }, { o: { x: 1 } }), [{ o: {} }, ['unknown field "spec.o.x"']]);
    assert.deepEqual(
      pruned({ l: { type: 'array', items: { type: 'object', properties: { a: text } } } }, { l: [{ a: '', b: '' }] }),
      [{ l: [{ a: '' }] }, ['unknown field "spec.l[0].b"']],
    );
  });

  test('keeps what it is told to keep', () => {
    const keep = { 'x-kubernetes-preserve-unknown-fields': true } as const;
    assert.deepEqual(pruned({ o: { type: 'object', ...keep } }, { o: { x: { y: 1 } } })[1], []);
    assert.deepEqual(pruned({ o: keep }, { o: [1] })[1], []);
    const known: JSONSchemaProps = {
      type: 'object',
      ...keep,
      properties: { k: { type: 'object', properties: { a: text } } },
    };
    assert.deepEqual(pruned({ o: known }, { o: { x: 1, k: { a: '', b: 1 } } }), [
      { o: { x: 1, k: { a: '' } } },
      ['unknown field "spec.o.k.b"'],
    ]);
    assert.deepEqual(pruned({ m: { type: 'object', additionalProperties: text } }, { m: { x: 'y' } })[1], []);
    assert.deepEqual(pruned({ m: { type: 'object', additionalProperties: true } }, { m: { x: { y: 1 } } })[1], []);
    const embedded: JSONSchemaProps = {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      properties: { spec: { type: 'object' } },
    };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: {} };
    assert.deepEqual(pruned({ template: embedded }, { template: pod }), [{ template: pod }, []]);
  });

  test('gives defaults, also to what is in lists and maps, and takes nulls out', () => {
    const item: JSONSchemaProps = { type: 'object', properties: { role: { type: 'string', default: 'reader' } } };
    const schema = schemaOfVersion(
      withSpec({
        n: { type: 'integer', default: 2 },
        o: { type: 'object', default: {}, properties: { deep: { type: 'boolean', default: true } } },
        list: { type: 'array', items: item },
        map: { type: 'object', additionalProperties: item },
        gone: text,
        stays: { type: 'string', nullable: true },
      }),
    );
    const object = { spec: { n: null, list: [{}], map: { a: {} }, gone: null, stays: null } };
    fillCustom(schema, object);
    const wanted = {
      spec: { n: 2, list: [{ role: 'reader' }], map: { a: { role: 'reader' } }, stays: null, o: { deep: true } },
    };
    assert.deepEqual(object, wanted);
    fillCustom(schema, object);
    assert.deepEqual(object, wanted, 'twice is once');
    const without = {};
    fillCustom(schema, without);
    assert.deepEqual(without, {}, 'what is not there gets no defaults inside');
  });
});

const definition = (name: string, more: Partial<CustomResourceDefinition['spec']> = {}, status = {}) =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${name}.example.com`, uid: name },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: name, singular: name.slice(0, -1), kind: name.toUpperCase(), listKind: `${name}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: withSpec({ a: text }) } }],
      ...more,
    },
    status,
  }) as CustomResourceDefinition;

describe('kinds of a definition', () => {
  const noRules = { rulesOf: () => ({ create: () => [], update: () => [] }) };

  test('versions that are not served can still be where objects lie', () => {
    const versions = [
      { name: 'v1alpha1', served: false, storage: true },
      { name: 'v1', served: true, storage: false },
      { name: 'v2beta1', served: true, storage: false, deprecated: true },
    ];
    const made = definition('things', { versions });
    const { stored, served } = customKinds(made, made.spec.names, noRules);
    assert.equal(stored.version, 'v1alpha1');
    assert.deepEqual(
      served.map(({ version }) => version),
      ['v1', 'v2beta1'],
    );
    assert.ok(served.every(({ storedAs }) => storedAs?.kind() === stored));
    assert.equal(served[1]?.deprecation, 'example.com/v2beta1 THINGS is deprecated');
  });

  test('columns show what their paths find, by their type', () => {
    const columns = [
      { name: 'N', type: 'integer', jsonPath: '.spec.n' },
      { name: 'Text', type: 'string', jsonPath: '.spec.o', priority: 1 },
      { name: 'Since', type: 'date', jsonPath: '.spec.at' },
      { name: 'Yes', type: 'boolean', jsonPath: '.spec.n' },
    ];
    const [version] = definition('things').spec.versions;
    const made = definition('things', { versions: [{ ...version, additionalPrinterColumns: columns } as never] });
    const { stored } = customKinds(made, made.spec.names, noRules);
    const object = { metadata: {}, spec: { n: 4, o: { x: 1 }, at: '2024-01-01T00:00:00Z' } } as unknown as KubeObject;
    const cells = stored.columns.map((column) => column.cell(object, Date.parse('2024-01-01T00:05:00Z')));
    assert.deepEqual(cells, [4, '{"x":1}', '5m', null]);
    assert.equal(stored.columns[1]?.priority, 1);
    const plain = definition('things');
    assert.deepEqual(
      customKinds(plain, plain.spec.names, noRules).stored.columns.map(({ name }) => name),
      ['Age'],
    );
  });
});

test('versions are in the order of their priority', () => {
  const wanted = ['v10', 'v2', 'v1', 'v11beta2', 'v10beta3', 'v3beta1', 'v12alpha1', 'v11alpha2', 'foo1', 'foo10'];
  assert.deepEqual(wanted.toReversed().sort(comparePriority), wanted);
});

describe('names', () => {
  const settle = (one: CustomResourceDefinition, ...others: readonly CustomResourceDefinition[]) => {
    const status = settledStatus(one, others, 0);
    const texts = (status.conditions ?? []).map(({ type, status: is, reason }) => `${type}=${is} ${reason}`);
    return { ...status, texts };
  };

  test('that nobody has are accepted', () => {
    const { texts, acceptedNames } = settle(definition('things'));
    assert.deepEqual(texts, ['NamesAccepted=True NoConflicts', 'Established=True InitialNamesAccepted']);
    assert.deepEqual(acceptedNames, definition('things').spec.names);
  });

  test('that others have are not', () => {
    const other = definition('others');
    const taken = {
      ...other,
      status: { acceptedNames: { ...other.spec.names, shortNames: ['th'] } },
    } as CustomResourceDefinition;
    const names = { ...definition('things').spec.names, shortNames: ['th'] };
    const { texts, acceptedNames, conditions } = settle(definition('things', { names }), taken);
    assert.deepEqual(texts, ['NamesAccepted=False ShortNamesConflict', 'Established=False NotAccepted']);
    assert.equal(conditions?.[0]?.message, '"th" is already in use');
    assert.equal(acceptedNames?.shortNames, undefined);
  });

  test('that were established stay established', () => {
    const first = settle(definition('things'));
    const names = { ...definition('things').spec.names, shortNames: ['th'] };
    const taken = {
      ...definition('others'),
      status: { acceptedNames: { plural: 'others', kind: 'O', shortNames: ['th'] } },
    };
    const { texts } = settle(definition('things', { names }, first), taken as CustomResourceDefinition);
    assert.deepEqual(texts, ['NamesAccepted=False ShortNamesConflict', 'Established=True InitialNamesAccepted']);
  });

  test('of protected groups need an approval', () => {
    const spec = { ...definition('things').spec, group: 'things.k8s.io' };
    const type = 'KubernetesAPIApprovalPolicyConformant';
    const of = (annotations?: Record<string, string>) =>
      settle({ ...definition('things'), metadata: { name: 'x', ...(annotations && { annotations }) }, spec }).texts.at(
        -1,
      );
    assert.equal(of(), `${type}=False MissingAnnotation`);
    assert.equal(of({ 'api-approved.kubernetes.io': 'unapproved, testing' }), `${type}=False UnapprovedAnnotation`);
    assert.equal(of({ 'api-approved.kubernetes.io': 'https://example.com/1' }), `${type}=True ApprovedAnnotation`);
  });
});

test('version 2 of OpenAPI leaves out what its readers stumble over', () => {
  const schema = withSpec({
    a: { type: 'string', nullable: true, default: 'x' },
    b: { type: 'integer', oneOf: [{ minimum: 1 }] },
    c: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    d: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { e: text } },
  });
  const { spec } = publishedSchema(schema, 'v2')['properties'] as { spec: { properties: unknown } };
  assert.deepEqual(spec.properties, {
    a: {},
    b: { type: 'integer' },
    c: { 'x-kubernetes-int-or-string': true },
    d: { 'x-kubernetes-preserve-unknown-fields': true },
  });
  const three = publishedSchema(schema, 'v3')['properties'] as { spec: unknown };
  assert.deepEqual(three.spec, schema.properties?.['spec']);
});
