import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JSONSchemaProps } from '../../schema/generated/types/apiextensions-v1.ts';
import { isOfFormat } from './formats.ts';
import { validateExtensions } from './list-types.ts';
import { validateSchema } from './schema-validator.ts';

const field = (schema: JSONSchemaProps): JSONSchemaProps => ({
  type: 'object',
  properties: { spec: { type: 'object', properties: { f: schema } } },
});

test('formats that are names of every object are not known ones', () => {
  for (const format of ['constructor', '__defineGetter__', 'hasOwnProperty']) assert.ok(isOfFormat('text', format));
});

/** Schema of `spec.f`, a value, and what is said of it. */
const rows: readonly (readonly [JSONSchemaProps, unknown, readonly string[]])[] = [
  [{ type: 'integer', maximum: 10 }, 10, []],
  [
    { type: 'integer', maximum: 10 },
    11,
    ['spec.f: Invalid value: 11: spec.f in body should be less than or equal to 10'],
  ],
  [
    { type: 'integer', maximum: 10, exclusiveMaximum: true },
    10,
    ['spec.f: Invalid value: 10: spec.f in body should be less than 10'],
  ],
  [
    { type: 'number', minimum: 0.5 },
    0.25,
    ['spec.f: Invalid value: 0.25: spec.f in body should be greater than or equal to 0.5'],
  ],
  [
    { type: 'integer', minimum: 1, exclusiveMinimum: true },
    1,
    ['spec.f: Invalid value: 1: spec.f in body should be greater than 1'],
  ],
  [{ type: 'integer', multipleOf: 3 }, 7, ['spec.f: Invalid value: 7: spec.f in body should be a multiple of 3']],
  [{ type: 'integer' }, 1.5, ['spec.f: Invalid value: "number": spec.f in body must be of type integer: "number"']],
  [{ type: 'number' }, 2, []],
  [
    { type: 'integer', format: 'int32' },
    2 ** 31,
    ['<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.f'],
  ],
  [{ type: 'string' }, true, ['spec.f: Invalid value: "boolean": spec.f in body must be of type string: "boolean"']],
  [{ type: 'string' }, null, ['spec.f: Invalid value: "null": spec.f in body must be of type string: "null"']],
  [{ type: 'string', nullable: true }, null, []],
  [{ type: 'string', minLength: 1 }, '', ['spec.f: Invalid value: "": spec.f in body should be at least 1 chars long']],
  [{ type: 'string', maxLength: 2 }, 'äöü', ['spec.f: Too long: may not be more than 2 bytes']],
  [{ type: 'string', maxLength: 3 }, 'äöü', []],
  [{ type: 'string', pattern: '^a+$' }, 'b', ['spec.f: Invalid value: "b": spec.f in body should match \'^a+$\'']],
  [
    { type: 'string', pattern: '(a+)+$' },
    `${'a'.repeat(5000)}!`,
    [`spec.f: Invalid value: "${'a'.repeat(5000)}!": spec.f in body should match '(a+)+$'`],
  ],
  [
    { type: 'string', format: 'date-time' },
    'soon',
    ['spec.f: Invalid value: "soon": spec.f in body must be of type date-time: "soon"'],
  ],
  [{ type: 'string', format: 'made-up' }, 'soon', []],
  [{ type: 'string', enum: ['a', 'b'] }, 'c', ['spec.f: Unsupported value: "c": supported values: "a", "b"']],
  [{ type: 'integer', enum: [1, 2] }, 3, ['spec.f: Unsupported value: 3: supported values: "1", "2"']],
  [{ 'x-kubernetes-int-or-string': true }, '5%', []],
  [
    { 'x-kubernetes-int-or-string': true },
    true,
    ['spec.f: Invalid value: "boolean": spec.f in body must be of type integer,string: "boolean"'],
  ],
  [
    { type: 'array', items: { type: 'string' } },
    ['a', 1],
    ['spec.f[1]: Invalid value: "integer": spec.f[1] in body must be of type string: "integer"'],
  ],
  [{ type: 'array', minItems: 1 }, [], ['spec.f: Invalid value: 0: spec.f in body should have at least 1 items']],
  [{ type: 'array', maxItems: 1 }, [1, 2], ['spec.f: Too many: 2: must have at most 1 item']],
  [{ type: 'object', required: ['a'] }, {}, ['spec.f.a: Required value']],
  [
    { type: 'object', minProperties: 1 },
    {},
    ['spec.f: Invalid value: 0: spec.f in body should have at least 1 properties'],
  ],
  [{ type: 'object', maxProperties: 1 }, { a: 1, b: 2 }, ['spec.f: Too many: 2: must have at most 1 item']],
  [
    { type: 'object', additionalProperties: { type: 'integer' } },
    { a: 'x' },
    ['spec.f.a: Invalid value: "string": spec.f.a in body must be of type integer: "string"'],
  ],
  [
    { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    { a: 1, b: 2 },
    ['<nil>: Invalid value: "": "spec.f" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
  ],
  [
    { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    {},
    [
      '<nil>: Invalid value: "": "spec.f" must validate one and only one schema (oneOf). Found none valid',
      'spec.f.a: Required value',
    ],
  ],
  [
    { type: 'integer', anyOf: [{ minimum: 5 }, { maximum: 1 }] },
    3,
    [
      '<nil>: Invalid value: "": "spec.f" must validate at least one schema (anyOf)',
      'spec.f: Invalid value: 3: spec.f in body should be greater than or equal to 5',
    ],
  ],
  [
    { type: 'integer', allOf: [{ minimum: 5 }] },
    3,
    [
      'spec.f: Invalid value: 3: spec.f in body should be greater than or equal to 5',
      '<nil>: Invalid value: "": "spec.f" must validate all the schemas (allOf). None validated',
    ],
  ],
  [
    { type: 'integer', not: { enum: [3] } },
    3,
    ['<nil>: Invalid value: "": "spec.f" must not validate the schema (not)'],
  ],
];

for (const [schema, value, wanted] of rows)
  test(`${JSON.stringify(schema)} ${wanted.length === 0 ? 'takes' : 'refuses'} ${JSON.stringify(value).slice(0, 40)}`, () => {
    const errors = validateSchema(field(schema), { spec: { f: value } });
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      wanted,
    );
  });

test('what an update leaves alone is not complained of', () => {
  const item: JSONSchemaProps = {
    type: 'object',
    properties: { name: { type: 'string' }, n: { type: 'integer', maximum: 5 } },
  };
  const schema = field({
    type: 'array',
    items: item,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  });
  const old = { spec: { f: [{ name: 'a', n: 9 }] } };
  const fields = (value: unknown) => validateSchema(schema, value, { value: old }).map((error) => error.field);
  assert.deepEqual(fields(structuredClone(old)), []);
  assert.deepEqual(
    fields({
      spec: {
        f: [
          { name: 'b', n: 1 },
          { name: 'a', n: 9 },
        ],
      },
    }),
    [],
    'known by its key',
  );
  assert.deepEqual(fields({ spec: { f: [{ name: 'a', n: 8 }] } }), ['spec.f[0].n']);
  assert.deepEqual(fields({ spec: { f: [{ name: 'b', n: 9 }] } }), ['spec.f[0].n']);
});

test('sets and maps have no duplicates, embedded objects say what they are', () => {
  const texts = (schema: JSONSchemaProps, value: unknown) =>
    validateExtensions(field(schema), { spec: { f: value } }).map((error) => `${error.field}: ${error.message}`);
  assert.deepEqual(texts({ type: 'array', 'x-kubernetes-list-type': 'set' }, ['a', 'b', 'a']), [
    'spec.f[2]: Duplicate value: "a"',
  ]);
  const map: JSONSchemaProps = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['port'],
    items: { type: 'object' },
  };
  assert.deepEqual(texts(map, [{ port: 80, a: 1 }, { port: 80 }]), ['spec.f[1]: Duplicate value: {"port":80}']);
  assert.deepEqual(texts({ type: 'object', 'x-kubernetes-embedded-resource': true }, { kind: 'Pod' }), [
    'spec.f.apiVersion: Required value: must not be empty',
  ]);
});

test('formats', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['uri', ['https://a.example/x', '/path', 'mailto:a@b'], ['not a uri', 'a/b', '']],
    ['ipv4', ['10.0.0.1'], ['10.0.0.256', '10.0.0', '01.0.0.1']],
    ['ipv6', ['::1', '2001:db8::1'], ['10.0.0.1', ':::']],
    ['cidr', ['10.0.0.0/8', 'fd00::/64'], ['10.0.0.0/33', '10.0.0.0']],
    ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567']],
    ['byte', ['aGk=', ''], ['aGk']],
    ['date', ['2024-02-29'], ['2023-02-29', '2024-2-1']],
    ['date-time', ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00.5+02:00'], ['2024-01-01', '2024-01-01T25:00:00Z']],
    ['duration', ['1h30m', '500ms', '0'], ['1', 'soon']],
    ['hostname', ['a.example'], ['-a', 'a b']],
    ['email', ['a@b.example'], ['a.b']],
    ['mac', ['00:11:22:33:44:55'], ['00:11:22']],
    ['isbn', ['978-3-16-148410-0'], ['978-3-16-148410-1']],
  ];
  for (const [format, good, bad] of rows) {
    for (const text of good) assert.ok(isOfFormat(text, format), `${format} ${text}`);
    for (const text of bad) assert.ok(!isOfFormat(text, format), `${format} ${text}`);
  }
});
