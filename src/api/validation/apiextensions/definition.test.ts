import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CustomResourceDefinition, JSONSchemaProps } from '../../schema/generated/types/apiextensions-v1.ts';
import { validateCustomResourceDefinitionUpdate, validateNewDefinition } from './custom-resource-definition.ts';
import { validateStructural } from './structural.ts';

const text: JSONSchemaProps = { type: 'string' };
const list = (more: Partial<JSONSchemaProps>, item: JSONSchemaProps = text): JSONSchemaProps => ({
  type: 'array',
  items: item,
  ...more,
});
const named = (
  properties: Readonly<Record<string, JSONSchemaProps>>,
  more: Partial<JSONSchemaProps> = {},
): JSONSchemaProps => ({
  type: 'object',
  properties,
  ...more,
});
const asMap = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] };

/** The schema of `f`, and what is said of it; paths begin behind `properties[f]`. */
const rows: readonly (readonly [JSONSchemaProps, readonly string[]])[] = [
  [text, []],
  [
    list({ 'x-kubernetes-list-type': 'set' }, { ...text, nullable: true }),
    ['.items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set'],
  ],
  [list({ 'x-kubernetes-list-type': 'set' }, named({}, { 'x-kubernetes-map-type': 'atomic' })), []],
  [
    list({ 'x-kubernetes-list-type': 'set' }, list({ 'x-kubernetes-list-type': 'set' })),
    [
      '.items.x-kubernetes-list-type: Invalid value: "set": must be atomic as item of a list with x-kubernetes-list-type=set',
    ],
  ],
  [
    list(asMap, named({ k: { ...text, nullable: true } }, { required: ['k'] })),
    [
      '.items.properties[k].nullable: Forbidden: this property is in x-kubernetes-list-map-keys, so it cannot be nullable',
    ],
  ],
  [
    { 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-list-type': 'atomic' },
    ['.type: Required value: must be array if x-kubernetes-list-type is specified'],
  ],
  [
    named({ a: text }, { 'x-kubernetes-validations': [{ rule: ' ' }, { rule: 'true', message: 'a\nb' }] }),
    [
      '.x-kubernetes-validations[0].rule: Required value: rule is not specified',
      '.x-kubernetes-validations[1].message: Invalid value: "a\\nb": message must not contain line breaks',
    ],
  ],
  [
    named({ a: text }, { 'x-kubernetes-validations': [{ rule: 'true\n', reason: 'No', fieldPath: '.b' }] }),
    [
      '.x-kubernetes-validations[0].reason: Unsupported value: "No": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
      '.x-kubernetes-validations[0].fieldPath: Invalid value: ".b": fieldPath must be a valid path',
    ],
  ],
  [{}, ['.type: Required value: must not be empty for specified object fields']],
  [
    { type: 'text' },
    ['.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"'],
  ],
  [{ type: 'null' }, ['.type: Forbidden: type cannot be set to null, use nullable as an alternative']],
  [{ type: 'array' }, ['.items: Required value: must be specified']],
  [list({}, {}), ['.items.type: Required value: must not be empty for specified array items']],
  [{ 'x-kubernetes-preserve-unknown-fields': true }, []],
  [{ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }, []],
  [
    {
      'x-kubernetes-int-or-string': true,
      allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { pattern: 'x' }],
    },
    [],
  ],
  [
    { type: 'string', 'x-kubernetes-int-or-string': true },
    ['.type: Forbidden: must be empty if x-kubernetes-int-or-string is true'],
  ],
  [{ type: 'string', anyOf: [{ type: 'string' }] }, ['.anyOf[0].type: Forbidden: must be empty to be structural']],
  [{ type: 'string', not: { description: 'x' } }, ['.not.description: Forbidden: must be empty to be structural']],
  [{ type: 'string', oneOf: [{ default: 'x' }] }, ['.oneOf[0].default: Forbidden: must be undefined to be structural']],
  [
    named({}, { allOf: [{ properties: { x: { minLength: 1 } } }] }),
    ['.properties[x]: Required value: because it is defined in .allOf[0].properties[x]'],
  ],
  [named({ x: text }, { allOf: [{ properties: { x: { minLength: 1 } } }] }), []],
  [
    named({ x: text }, { additionalProperties: text }),
    ['.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
  ],
  [
    { type: 'object', additionalProperties: false },
    ['.additionalProperties: Forbidden: additionalProperties cannot be set to false'],
  ],
  [
    list({ uniqueItems: true }),
    ['.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic'],
  ],
  [{ type: 'string', $ref: '#/x' }, ['.$ref: Forbidden: $ref is not supported']],
  [
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
    ['.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined'],
  ],
  [
    { type: 'object', 'x-kubernetes-embedded-resource': true },
    [
      '.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    ],
  ],
  [
    list({ 'x-kubernetes-list-type': 'bag' }),
    ['.x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map"'],
  ],
  [
    { type: 'string', 'x-kubernetes-list-type': 'set' },
    ['.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified'],
  ],
  [list(asMap, named({ k: text }, { required: ['k'] })), []],
  [list(asMap, named({ k: { type: 'string', default: 'x' } })), []],
  [
    list(asMap, named({ k: text })),
    [
      '.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
    ],
  ],
  [
    list(asMap, named({ other: text })),
    ['.x-kubernetes-list-map-keys: Invalid value: ["k"]: entries must all be names of item properties'],
  ],
  [
    list({ 'x-kubernetes-list-type': 'map' }, named({})),
    ['.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map'],
  ],
];

for (const [schema, wanted] of rows)
  test(`${JSON.stringify(schema)} is ${wanted.length === 0 ? 'structural' : 'not structural'}`, () => {
    const errors = validateStructural(named({ f: schema }), '');
    const texts = errors.map(({ field, message }) => `${field}: ${message}`.replaceAll('.properties[f]', ''));
    assert.deepEqual(texts, wanted);
  });

type Spec = CustomResourceDefinition['spec'];

function definition(spec: Partial<Spec> = {}, version: Partial<Spec['versions'][0]> = {}): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: named({}) }, ...version }],
      ...spec,
    },
  };
}

const faults = (made: CustomResourceDefinition) =>
  validateNewDefinition(made).map(({ field, message }) => `${field}: ${message}`);
const scale = (paths: object) => ({ subresources: { scale: paths as never } });

test('definitions', () => {
  assert.deepEqual(faults(definition()), []);
  const cases: readonly (readonly [CustomResourceDefinition, string])[] = [
    [
      definition({ group: 'other.com' }),
      'metadata.name: Invalid value: "things.example.com": must be spec.names.plural+"."+spec.group',
    ],
    [
      definition({ scope: 'World' }),
      'spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced"',
    ],
    [
      definition({ conversion: { strategy: 'Magic' } }),
      'spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"',
    ],
    [
      definition({ conversion: { strategy: 'Webhook' } }),
      'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
    ],
    [definition({}, { schema: {} }), 'spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required'],
    [
      definition({}, { schema: { openAPIV3Schema: { type: 'array', items: text } } }),
      'spec.validation.openAPIV3Schema.type: Invalid value: "array": must be object at the root',
    ],
    [
      definition({}, { schema: { openAPIV3Schema: named({ metadata: named({ labels: text }) }) } }),
      'spec.validation.openAPIV3Schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
    ],
    [
      definition({}, scale({ statusReplicasPath: '.status.n' })),
      'spec.subresources.scale.specReplicasPath: Required value',
    ],
    [
      definition({}, scale({ specReplicasPath: '.status.n', statusReplicasPath: '.status.n' })),
      'spec.subresources.scale.specReplicasPath: Invalid value: ".status.n": should be a json path under .spec',
    ],
    [
      definition({}, { additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: '.a' }] }),
      'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of integer,number,string,boolean,date',
    ],
    [
      definition({}, { additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: 'a' }] }),
      'spec.additionalPrinterColumns[0].jsonPath: Invalid value: "a": must be a simple json path starting with .',
    ],
    [
      definition({}, { additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.a[' }] }),
      'spec.additionalPrinterColumns[0].jsonPath: Invalid value: ".a[": unterminated array',
    ],
    [
      definition({}, { selectableFields: [{ jsonPath: '.spec.a[0]' }] }),
      'spec.selectableFields[0].jsonPath: Invalid value: ".spec.a[0]": is an invalid path: must be a simple json path starting with .',
    ],
    [
      definition({}, { selectableFields: [{ jsonPath: '.metadata.name' }] }),
      'spec.selectableFields[0].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata',
    ],
    [
      definition({}, { selectableFields: [{ jsonPath: '.spec.none' }] }),
      'spec.selectableFields[0].jsonPath: Invalid value: ".spec.none": is an invalid path: does not refer to a valid field',
    ],
    [
      definition({
        conversion: {
          strategy: 'Webhook',
          webhook: { clientConfig: { url: 'http://x' }, conversionReviewVersions: ['v2'] },
        },
      }),
      'spec.conversion.conversionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1',
    ],
    [
      definition({ conversion: { strategy: 'None', webhook: { clientConfig: {}, conversionReviewVersions: ['v1'] } } }),
      'spec.conversion.webhookClientConfig: Forbidden: should not be set when strategy is not set to Webhook',
    ],
  ];
  for (const [made, wanted] of cases) assert.ok(faults(made).includes(wanted), `${wanted}\n${faults(made).join('\n')}`);
});

test('a path that would take a backtracking matcher for ever is refused at once', () => {
  const jsonPath = `.spec.${'a'.repeat(50_000)}!`;
  assert.equal(faults(definition({}, { selectableFields: [{ jsonPath }] })).length, 1);
});

test('what stands in different versions differently has the version in its place', () => {
  const bad = { openAPIV3Schema: named({ f: {} }) };
  const [first] = definition().spec.versions;
  const versions = [first, { ...first, name: 'v2', storage: false, schema: bad }] as Spec['versions'];
  assert.deepEqual(faults(definition({ versions })), [
    'spec.versions[1].schema.openAPIV3Schema.properties[f].type: Required value: must not be empty for specified object fields',
  ]);
});

test('what may not change', () => {
  const established = {
    ...definition(),
    status: { conditions: [{ type: 'Established', status: 'True' }], storedVersions: ['v1'] },
  };
  const changed = (spec: Partial<Spec>) => {
    const storedVersions = ['v1', ...(spec.versions ?? []).filter(({ storage }) => storage).map(({ name }) => name)];
    const made = { ...definition(spec), status: { ...established.status, storedVersions } };
    return validateCustomResourceDefinitionUpdate(made, established).map(
      ({ field, message }) => `${field}: ${message}`,
    );
  };
  assert.deepEqual(changed({}), []);
  assert.deepEqual(changed({ scope: 'Cluster' }), ['spec.scope: Invalid value: "Cluster": field is immutable']);
  const names = { ...definition().spec.names, kind: 'Other' };
  assert.deepEqual(changed({ names }), ['spec.names.kind: Invalid value: "Other": field is immutable']);
  const [first] = definition().spec.versions;
  assert.match(
    changed({ versions: [{ ...first, name: 'v2' }] as never })[0] ?? '',
    /^status\.storedVersions\[0\]: Invalid value: "v1": missing from spec\.versions/,
  );
});
