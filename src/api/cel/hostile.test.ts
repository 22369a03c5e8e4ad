import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CelInput, CelValue } from '@bufbuild/cel';
import { CelCompileError, compile } from './program.ts';
import { fromCel } from './values.ts';

const numbers = Array.from({ length: 20_000 }, (_, at) => BigInt(at));
const text = 'a'.repeat(1_000_000);
const maps = Array.from({ length: 3000 }, (_, at) => new Map([['a', BigInt(at)]]));
/** `cel.bind`s of a value that is joined with itself again and again, not closed. */
const doubled = (name: string, value: string, times: number) =>
  [`cel.bind(${name}0, ${value},`]
    .concat(Array.from({ length: times }, (_, at) => `cel.bind(${name}${at + 1}, ${name}${at} + ${name}${at},`))
    .join(' ');
const exceeded = 'operation cancelled: actual cost limit exceeded';

describe('expressions that would take very long', () => {
  for (const expression of [
    'numbers.all(x, x in numbers)',
    `${doubled('l', '[text]', 40)} "%s".format([l40]) == ""`.concat(')'.repeat(41)),
    `${doubled('l', '[1]', 40)} l40.transformList(at, x, x).size() > 0`.concat(')'.repeat(41)),
    `${doubled('b', 'b"aaaa"', 40)} b40.size() > 0`.concat(')'.repeat(41)),
    'numbers.all(x, sets.contains(numbers, [x]))',
    'maps.all(x, maps == maps)',
    'numbers.all(x, !text.contains("aab"))',
    `text.matches("${'(a|b|aa)'.repeat(500)}c")`,
    'text.replace("a", "bbbbbbbbbb").replace("b", "cccccccccc").size() > 0',
    `cel.bind(a, ${Array(8).fill('text').join('+')}, cel.bind(b, ${Array(8).fill('a').join('+')}, b.size() > 0))`,
    `numbers.all(x, ${Array(3000).fill('x >= 0').join(' && ')})`,
  ])
    test(`${expression.slice(0, 60)} ends`, () => {
      const variables: Record<string, CelInput> = { numbers, text, maps };
      const outcome = compile(expression, Object.keys(variables)).evaluate(variables);
      assert.equal(outcome.error, exceeded);
    });

  for (const expression of [
    'numbers.map(x, x * 2).filter(x, x > 10).all(y, y > 0)',
    'numbers.transformMap(at, x, x).size() == 20000',
    'text.size() == 1000000 && text.contains("aaa") && text.matches("^a+$")',
    'numbers == numbers && maps == maps && 19999 in numbers',
  ])
    test(`${expression.slice(0, 60)} is answered`, () => {
      const variables: Record<string, CelInput> = { numbers, text, maps };
      const outcome = compile(expression, Object.keys(variables)).evaluate(variables);
      assert.deepEqual([outcome.error, outcome.error === undefined && outcome.value], [undefined, true]);
    });

  test('one budget serves several expressions, each of which has its own limit', () => {
    const program = compile('numbers.all(x, x >= 0)', ['numbers']);
    const budget = { steps: 50_000 };
    const outcomes = [1, 2, 3].map(() => program.evaluate({ numbers }, budget).error);
    assert.deepEqual(outcomes, [undefined, undefined, exceeded]);
    assert.equal(budget.steps, 0);
    const large = { steps: 100_000_000 };
    assert.equal(compile('numbers.all(x, x in numbers)', ['numbers']).evaluate({ numbers }, large).error, exceeded);
    assert.equal(large.steps, 99_000_000);
  });
});

test('values that would be very large are not made', () => {
  const { value = null } = compile(`${doubled('l', '[1]', 40)} l40`.concat(')'.repeat(41)), []).evaluate({}) as {
    readonly value?: CelValue;
  };
  assert.throws(() => fromCel(value), { message: 'the value is too large' });
});

describe('expressions that would take very long to read', () => {
  test('many types that are not known yet', () => {
    for (const item of ['[]', '{}', 'optional.none()', '[].map(x, x)'])
      compile(
        `[${Array(Math.floor(60_000 / (item.length + 1)))
          .fill(item)
          .join(',')}].size()`,
        [],
      );
  });

  test('types that double', () => {
    let expression = 'v25.size() == 1';
    for (let at = 25; at > 0; at--) expression = `cel.bind(v${at}, {v${at - 1}: v${at - 1}}, ${expression})`;
    assert.throws(() => compile(`cel.bind(v0, {1: 1}, ${expression})`, []), CelCompileError);
  });

  test('long chains of fields', () => {
    assert.throws(() => compile(`a${'.b'.repeat(30_000)}`, ['a']), CelCompileError);
  });
});
