import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CelCompileError, compile } from './program.ts';
import { fromCel, toCel } from './values.ts';

const object = {
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: { replicas: 3, ratio: 0.5, names: ['a', 'b', 'b'], cpu: '1500m', nothing: null },
};

function run(expression: string): unknown {
  const outcome = compile(expression, ['object']).evaluate({ object: toCel(object) });
  return outcome.error === undefined ? fromCel(outcome.value) : `error: ${outcome.error}`;
}

for (const [expression, expected] of [
  ['object.spec.replicas <= 5', true],
  ['object.spec.ratio * 2.0', 1],
  ['has(object.spec.nothing)', false],
  ['object.spec.missing == 1', 'error: no such key: missing'],
  ["object.metadata.labels['app'] == object.metadata.name", true],
  ['object.spec.names.all(n, n in ["a", "b"])', true],
  ['object.spec.names.indexOf("b")', 1],
  ['object.spec.names.lastIndexOf("b")', 2],
  ['object.spec.names.isSorted()', true],
  ['[3, 1, 2].max() + [3, 1, 2].min() + [1, 2].sum()', 7],
  ['[].max()', 'error: max called on empty list'],
  ['sets.contains(object.spec.names, ["a"]) && !sets.intersects([1], [2]) && sets.equivalent([1, 1], [1])', true],
  ['"abc-12-34".find("[0-9]+")', '12'],
  ['"abc-12-34".findAll("[0-9]+")', ['12', '34']],
  ['"abc-12-34".findAll("[0-9]+", 1)', ['12']],
  ['"web".matches("^w")', true],
  ['quantity(object.spec.cpu).isGreaterThan(quantity("1"))', true],
  ['quantity("1000m") == quantity("1") && quantity("1").add(1).asInteger() == 2', true],
  ['quantity("1500m").asInteger()', 'error: cannot convert value to integer'],
  ['isQuantity("1Zi") || isQuantity("2Gi")', true],
  ['url("https://example.com:80/a?b=c").getPort() + url("/a/b").getEscapedPath()', '80/a/b'],
  ['isURL("not a url")', false],
  ['ip("::1").isLoopback() && ip("10.0.0.1").family() == 4 && cidr("10.0.0.0/8").containsIP("10.1.2.3")', true],
  ['1 / 0', 'error: division by zero'],
  ['{"a": [1, {"b": true}]}', { a: [1, { b: true }] }],
] as const) {
  test(expression, () => assert.deepEqual(run(expression), expected));
}

describe('what cannot be compiled', () => {
  for (const [expression, why] of [
    ['object.spec.', /^compilation failed: ERROR: /],
    ['subject.name', /undeclared reference to 'subject' \(in container ''\)$/],
    ['launch(object)', /undeclared reference to 'launch'/],
    ['object.spec.launch()', /undeclared reference to 'launch'/],
    ['object.?spec', /optional fields, \.\? and \[\?\], are not supported/],
    ['cel.bind(a, 1, a)', /undeclared reference to 'bind'/],
  ] as const)
    test(expression, () =>
      assert.throws(
        () => compile(expression, ['object']),
        (error) => error instanceof CelCompileError && why.test(error.message),
      ),
    );
});

test('a program says which variables it uses, bound ones not among them', () => {
  const { uses } = compile('object.a.all(x, x == oldObject.b)', ['object', 'oldObject', 'request']);
  assert.deepEqual([...uses].sort(), ['object', 'oldObject']);
});

test('loops in loops end when they have taken too many steps', () => {
  const list = Array.from({ length: 2000 }, (_, at) => at);
  const program = compile('l.all(a, l.all(b, l.all(c, a + b + c >= 0)))', ['l']);
  assert.deepEqual(program.evaluate({ l: toCel(list) }), { error: 'operation cancelled: actual cost limit exceeded' });
});
