import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definitionNames, readDefinition } from '../schema/facts.ts';
import { pointerTest } from './definitions.ts';
import { pointersText } from './generated/pointers.ts';

test('every pointer is a field that can be one', () => {
  let pkg = '';
  for (const line of pointersText.trim().split('\n')) {
    const [type = '', ...names] = line.split(' ');
    if (type.startsWith('@')) {
      pkg = type.slice(1);
      continue;
    }
    const { fields = [] } = readDefinition(`${pkg}.${type}`) ?? assert.fail(`${pkg}.${type}`);
    for (const name of names) {
      const field = fields.find((candidate) => candidate.name === name) ?? assert.fail(`${pkg}.${type} ${name}`);
      assert.ok(!/^(\[\]|\{\}|bytes$)/.test(field.type), `${pkg}.${type} ${name}`);
      assert.ok(field.numbers.length > 0, `${pkg}.${type} ${name}`);
    }
  }
});

test('what is required and has a zero as default is no pointer, but for what upstream made one', () => {
  const odd: string[] = [];
  for (const definition of definitionNames()) {
    const isPointer = pointerTest(definition);
    for (const field of readDefinition(definition)?.fields ?? [])
      if (field.required && field.default !== undefined && field.numbers.length > 0 && isPointer(field, false))
        odd.push(`${definition} ${field.name}`);
  }
  assert.deepEqual(odd, []);
});
