import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readYaml, yamlValue } from './yaml-body.ts';

const twice = 'spec:\n  paused: true\n  replicas: 1\n  paused: false\n';
const duplicate = 'line 4: key "paused" already set in map';

test('of keys that stand twice the last one counts, and the line is told', () => {
  assert.deepEqual(readYaml(twice), { json: '{"spec":{"paused":false,"replicas":1}}', duplicates: [duplicate] });
  assert.deepEqual(readYaml('a: 1\n1: b\n').duplicates, []);
  assert.deepEqual(readYaml('').json, 'null');
});

test('what is applied is refused, told of or taken with them, as was asked', () => {
  const warnings: string[] = [];
  const read = (fieldValidation: 'Ignore' | 'Warn' | 'Strict') =>
    yamlValue(twice, { fieldValidation, warn: (text) => warnings.push(text) });
  assert.deepEqual(read('Ignore'), { spec: { paused: false, replicas: 1 } });
  assert.deepEqual(warnings, []);
  assert.deepEqual(read('Warn'), { spec: { paused: false, replicas: 1 } });
  assert.deepEqual(warnings, [duplicate]);
  assert.throws(() => read('Strict'), {
    reason: 'BadRequest',
    message: `error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  ${duplicate}`,
  });
});

test('what JSON cannot say is refused', () => {
  for (const text of ['a: &x [*x]', 'a: [', '- a\nb: c', 'x: !!unknown\n  - *missing'])
    assert.throws(() => readYaml(text), { reason: 'BadRequest', message: /^error converting YAML to JSON: / });
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
    .split('')
    .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefghi'[index]}`)}]`)
    .join('\n')}`;
  assert.throws(() => readYaml(bomb), { reason: 'BadRequest' });
});
