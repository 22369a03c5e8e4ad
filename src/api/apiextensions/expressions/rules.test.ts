import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../object.ts';
import type { JSONSchemaProps, ValidationRule } from '../../schema/generated/types/apiextensions-v1.ts';
import { costErrors } from './costs.ts';
import { hasExpressions } from './has-rules.ts';
import { examineRules, expressionRules } from './rules.ts';

const object = (spec: unknown) =>
  ({ apiVersion: 'a.example/v1', kind: 'A', metadata: { name: 'one' }, spec }) as KubeObject;

/** What rules at `spec` say of a spec. */
function said(
  rules: readonly ValidationRule[],
  properties: Readonly<Record<string, JSONSchemaProps>>,
  spec: unknown,
  old?: unknown,
) {
  const schema: JSONSchemaProps = {
    type: 'object',
    properties: { spec: { type: 'object', properties, 'x-kubernetes-validations': rules } },
  };
  assert.deepEqual(examineRules(schema).faults, []);
  const errors = expressionRules(schema)?.check(object(spec), old === undefined ? undefined : object(old)) ?? [];
  return errors.map(({ type, field, message }) => `${type} ${field}: ${message}`);
}

const int: JSONSchemaProps = { type: 'integer' };
const text: JSONSchemaProps = { type: 'string' };

test('a rule that fails says its message, or itself', () => {
  const properties = { min: int, max: int };
  const rule = 'self.min <= self.max';
  assert.deepEqual(said([{ rule }], properties, { min: 1, max: 2 }), []);
  assert.deepEqual(said([{ rule }], properties, { min: 3, max: 2 }), [
    'FieldValueInvalid spec: Invalid value: failed rule: self.min <= self.max',
  ]);
  const message = 'min must not be above max';
  assert.deepEqual(said([{ rule, message }], properties, { min: 3, max: 2 }), [
    `FieldValueInvalid spec: Invalid value: ${message}`,
  ]);
  assert.deepEqual(
    said(
      [{ rule, message, messageExpression: '"min " + string(self.min) + " is above " + string(self.max)' }],
      properties,
      { min: 3, max: 2 },
    ),
    ['FieldValueInvalid spec: Invalid value: min 3 is above 2'],
  );
  assert.deepEqual(
    said([{ rule, message, messageExpression: '""' }], properties, { min: 3, max: 2 }),
    [`FieldValueInvalid spec: Invalid value: ${message}`],
    'an expression that says nothing is not used',
  );
});

test('reason and fieldPath shape the fault', () => {
  const rule = 'self.min <= self.max';
  const at = { rule, message: 'no', fieldPath: '.min' };
  const bad = { min: 3, max: 2 };
  const properties = { min: int, max: int };
  assert.deepEqual(said([{ ...at, reason: 'FieldValueForbidden' }], properties, bad), [
    'FieldValueForbidden spec.min: Forbidden: no',
  ]);
  assert.deepEqual(said([{ ...at, reason: 'FieldValueRequired' }], properties, bad), [
    'FieldValueRequired spec.min: Required value: no',
  ]);
  assert.deepEqual(said([{ ...at, fieldPath: "['min']" }], properties, bad), [
    'FieldValueInvalid spec.min: Invalid value: no',
  ]);
});

test('a rule about a change is asked only where there was something before', () => {
  const immutable: JSONSchemaProps = {
    type: 'string',
    'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'is immutable' }],
  };
  assert.deepEqual(said([], { a: immutable }, { a: 'x' }), []);
  assert.deepEqual(said([], { a: immutable }, { a: 'x' }, {}), []);
  assert.deepEqual(said([], { a: immutable }, { a: 'x' }, { a: 'x' }), []);
  assert.deepEqual(said([], { a: immutable }, { a: 'y' }, { a: 'x' }), [
    'FieldValueInvalid spec.a: Invalid value: "y": is immutable',
  ]);
});

test('optionalOldSelf also asks of what is new', () => {
  const rule = {
    rule: 'oldSelf.hasValue() ? self.a >= oldSelf.value().a : self.a == 1',
    message: 'steps',
    optionalOldSelf: true,
  };
  assert.deepEqual(said([rule], { a: int }, { a: 1 }), []);
  assert.deepEqual(said([rule], { a: int }, { a: 2 }).length, 1);
  assert.deepEqual(said([rule], { a: int }, { a: 5 }, { a: 4 }), []);
  assert.deepEqual(said([rule], { a: int }, { a: 3 }, { a: 4 }).length, 1);
});

test('what was wrong before may stay', () => {
  const short: JSONSchemaProps = { type: 'string', 'x-kubernetes-validations': [{ rule: 'self.size() < 3' }] };
  assert.deepEqual(said([], { a: short, b: text }, { a: 'long', b: 'new' }, { a: 'long' }), []);
  assert.equal(said([], { a: short }, { a: 'longer' }, { a: 'long' }).length, 1);
});

test('values are what the schema says', () => {
  const properties: Readonly<Record<string, JSONSchemaProps>> = {
    n: { type: 'number' },
    'foo-bar': int,
    namespace: text,
    when: { type: 'string', format: 'date-time' },
    long: { type: 'string', format: 'duration' },
    raw: { type: 'string', format: 'byte' },
    list: { type: 'array', items: int },
    map: { type: 'object', additionalProperties: int },
    port: { 'x-kubernetes-int-or-string': true },
  };
  const holds = (rule: string, spec: unknown) => assert.deepEqual(said([{ rule }], properties, spec), [], rule);
  holds('self.n == 2.0 && type(self.n) == double', { n: 2 });
  holds('self.foo__dash__bar == 1', { 'foo-bar': 1 });
  holds('self.__namespace__ == "x"', { namespace: 'x' });
  holds('self.when > timestamp("2020-01-01T00:00:00Z")', { when: '2024-01-01T00:00:00Z' });
  holds('self.long == duration("90m")', { long: '1h30m' });
  holds('self.raw == b"hi"', { raw: 'aGk=' });
  holds('self.list.all(x, x > 0) && self.list.sum() == 6 && self.list.isSorted()', { list: [1, 2, 3] });
  holds('self.map.all(k, self.map[k] == 1) && "a" in self.map', { map: { a: 1 } });
  holds('type(self.port) == int ? self.port < 100 : self.port == "http"', { port: 'http' });
  holds('!has(self.n)', {});
});

test('rules of items, free keys and the whole object are found', () => {
  const item: JSONSchemaProps = {
    type: 'string',
    'x-kubernetes-validations': [{ rule: 'self.startsWith("a")', message: 'a…' }],
  };
  assert.deepEqual(said([], { list: { type: 'array', items: item } }, { list: ['ab', 'b'] }), [
    'FieldValueInvalid spec.list[1]: Invalid value: "b": a…',
  ]);
  assert.deepEqual(said([], { map: { type: 'object', additionalProperties: item } }, { map: { k: 'b' } }), [
    'FieldValueInvalid spec.map.k: Invalid value: "b": a…',
  ]);
  const root: JSONSchemaProps = {
    type: 'object',
    'x-kubernetes-validations': [{ rule: 'self.metadata.name == "two"', message: 'name' }],
  };
  assert.deepEqual(expressionRules(root)?.check(object({}), undefined)[0]?.field, '<nil>');
});

test('a rule that cannot be evaluated says why, and one that runs too long is cut off', () => {
  assert.match(
    said([{ rule: 'self.a == 1' }], { a: int }, {})[0] ?? '',
    /no such key: a evaluating rule: self\.a == 1/,
  );
  const list = Array.from({ length: 3000 }, (_, at) => at);
  const slow = { rule: 'self.l.all(x, self.l.exists(y, y == x))' };
  const errors = said([slow, { rule: 'false' }], { l: { type: 'array', items: int } }, { l: list });
  assert.equal(errors.length, 1, 'nothing is asked after that');
  assert.match(errors[0] ?? '', /actual cost limit exceeded': no further validation rules will be run/);
});

test('fields that the schema does not have are found when a rule is compiled', () => {
  const item: JSONSchemaProps = { type: 'object', properties: { name: text } };
  const properties: Readonly<Record<string, JSONSchemaProps>> = {
    list: { type: 'array', items: item },
    map: { type: 'object', additionalProperties: item },
    any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    'foo-bar': text,
  };
  const fault = (rule: string) =>
    examineRules({
      type: 'object',
      properties: { spec: { type: 'object', properties, 'x-kubernetes-validations': [{ rule }] } },
    }).faults.map(({ message }) => message);
  const missing = (rule: string, name: string) => {
    const [message = ''] = fault(rule);
    assert.match(message, new RegExp(`^compilation failed: ERROR: <input>:1:\\d+: undefined field '${name}'`), rule);
  };
  missing('self.lists.size() == 0', 'lists');
  missing('self.list.all(x, x.nam == "")', 'nam');
  missing('self.list[0].name == self.map["a"].nome', 'nome');
  missing('!has(oldSelf.foo)', 'foo');
  missing('self.any.what.ever == 1', 'what');
  for (const fine of [
    'self.list.filter(x, x.name != "").map(x, x.name).all(n, n.size() < 3)',
    'self.map.all(k, self.map[k].name == k) && self.map.b.name == ""',
    'self.foo__dash__bar == "" && self.?list[?0].?name.orValue("none") != ""',
    'has(self.list) ? self.list.exists_one(x, x.name == "a") : true',
  ])
    assert.deepEqual(fault(fine), [], fine);
  const root = (rule: string) => examineRules({ type: 'object', 'x-kubernetes-validations': [{ rule }] }).faults;
  assert.deepEqual(root('self.metadata.name != self.kind && self.metadata.generateName == ""'), []);
  assert.equal(root('self.metadata.labels == {}').length, 1, 'upstream shows rules no more of metadata');
});

test('rules that cannot be compiled are found with their place', () => {
  const schema: JSONSchemaProps = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        'x-kubernetes-validations': [{ rule: 'nope(self)' }, { rule: 'self.(' }, { rule: 'other' }],
      },
    },
  };
  assert.ok(hasExpressions(schema));
  assert.deepEqual(
    examineRules(schema).faults.map(({ path }) => path),
    [0, 1, 2].map((at) => `.properties[spec].x-kubernetes-validations[${at}].rule`),
  );
  assert.ok(!hasExpressions({ type: 'object', properties: { a: int } }));
});

test('rules that may cost too much are found before they run', () => {
  const errorsOf = (spec: JSONSchemaProps, known: readonly string[] = []) => {
    const { costs, faults } = examineRules({ type: 'object', properties: { spec } });
    assert.deepEqual(faults, []);
    return costErrors(costs, 'schema', (rule) => known.includes(rule)).map(
      ({ field, message }) => `${field} ${message}`,
    );
  };
  const rule = 'self.all(a, self.exists(b, a == b))';
  const list = (more: Partial<JSONSchemaProps>, item: JSONSchemaProps = text): JSONSchemaProps => ({
    type: 'array',
    items: item,
    'x-kubernetes-validations': [{ rule }],
    ...more,
  });
  const advice =
    'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';
  assert.deepEqual(errorsOf(list({ maxItems: 10 }, { ...text, maxLength: 10 })), []);
  const [first = ''] = errorsOf(list({}));
  assert.equal(
    first,
    `schema.properties[spec].x-kubernetes-validations[0].rule Forbidden: estimated rule cost exceeds budget by factor of more than 100x (${advice})`,
  );
  assert.deepEqual(errorsOf(list({}), [rule]), [], 'what was there before may stay');
  // Few, but in each of very many.
  const many = { type: 'array', items: list({ maxItems: 10 }, { ...text, maxLength: 10 }) };
  assert.equal(errorsOf({ ...many, maxItems: 20 }).length, 0);
  assert.match(errorsOf({ ...many, maxItems: 50_000 })[0] ?? '', /exceeds budget by factor of/);
  const alone = (one: string) => errorsOf({ type: 'array', items: text, 'x-kubernetes-validations': [{ rule: one }] });
  assert.deepEqual(alone('self.size() < 5 && self.all(x, x != "")'), []);
});

test('rules look back only where the old state of a part can be told', () => {
  const rule = { rule: 'self == oldSelf' };
  const item = { type: 'object', properties: { k: { type: 'string' } }, 'x-kubernetes-validations': [rule] };
  const schema: JSONSchemaProps = {
    type: 'object',
    properties: {
      plain: { type: 'array', maxItems: 2, items: item },
      keyed: {
        type: 'array',
        maxItems: 2,
        items: item,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      },
      atomic: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: item } },
      useless: { type: 'string', 'x-kubernetes-validations': [{ rule: "self != ''", optionalOldSelf: true }] },
    },
  };
  const message = 'oldSelf cannot be used on the uncorrelatable portion of the schema within';
  assert.deepEqual(examineRules(schema).faults, [
    {
      path: '.properties[plain].items.x-kubernetes-validations[0].rule',
      expression: rule.rule,
      message,
      within: '.properties[plain]',
    },
    {
      path: '.properties[atomic].properties[a].x-kubernetes-validations[0].rule',
      expression: rule.rule,
      message,
      within: '.properties[atomic]',
    },
    {
      path: '.properties[useless].x-kubernetes-validations[0].optionalOldSelf',
      expression: true,
      message: 'may not be set if oldSelf is not used in rule',
    },
  ]);
});
