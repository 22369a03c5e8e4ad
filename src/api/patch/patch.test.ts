import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deepFreeze } from './freeze.test-helper.ts';
import { jsonPatch, mergePatch, strategicMergePatch } from './index.ts';

test('merge patch: the examples of RFC 7386', () => {
  const cases: readonly [unknown, unknown, unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [current, patch, expected] of cases)
    assert.deepEqual(mergePatch(deepFreeze(current), deepFreeze(patch)), expected);
});

test('merge patch shares what it does not touch', () => {
  const current = { spec: { a: 1 }, status: { b: [1] } };
  const result = mergePatch(current, { spec: { a: 2 } }) as typeof current;
  assert.equal(result.status, current.status);
  assert.equal(current.spec.a, 1);
});

test('patches cannot reach a prototype', () => {
  const hostile = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
  const merged = mergePatch({ a: 1 }, hostile) as Record<string, unknown>;
  assert.equal(Object.getPrototypeOf(merged), Object.prototype);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  for (const path of ['/__proto__/polluted', '/constructor/prototype/polluted', '/a/__proto__/x'])
    assert.throws(() => jsonPatch({ a: {} }, [{ op: 'add', path, value: 1 }]), { reason: 'Invalid' });
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  const direct = jsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: 1 } }]);
  assert.equal(Object.getPrototypeOf(direct), Object.prototype);
});

test('JSON patch operations', () => {
  const cases: readonly [unknown, unknown[], unknown][] = [
    [{ a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    [{ a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    [{ a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    [{ a: [1, 2] }, [{ op: 'remove', path: '/a/0' }], { a: [2] }],
    [{ a: [1, 2] }, [{ op: 'remove', path: '/a/-1' }], { a: [1] }],
    [{ a: { b: 1 } }, [{ op: 'replace', path: '/a/b', value: 2 }], { a: { b: 2 } }],
    [{ a: { b: 1 } }, [{ op: 'move', from: '/a/b', path: '/c' }], { a: {}, c: 1 }],
    [{ a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
    [{ 'a/b': { 'c~d': 1 } }, [{ op: 'test', path: '/a~1b/c~0d', value: 1 }], { 'a/b': { 'c~d': 1 } }],
    [{ a: null }, [{ op: 'test', path: '/a', value: null }], { a: null }],
    [{ a: 1 }, [{ op: 'replace', path: '', value: { b: 1 } }], { b: 1 }],
  ];
  for (const [current, patch, expected] of cases)
    assert.deepEqual(jsonPatch(deepFreeze(current), deepFreeze(patch)), expected, JSON.stringify(patch));
});

test('JSON patch refuses what does not apply', () => {
  const refused: unknown[] = [
    { op: 'remove', path: '/x' },
    { op: 'replace', path: '/x', value: 1 },
    { op: 'add', path: '/x/y', value: 1 },
    { op: 'add', path: '/l/5', value: 1 },
    { op: 'add', path: '/l/01', value: 1 },
    { op: 'test', path: '/a', value: 2 },
    { op: 'move', from: '/o', path: '/o/p' },
    { op: 'copy', path: '/o' },
    { op: 'fly', path: '/a' },
    { op: 'add', path: 'a', value: 1 },
  ];
  for (const operation of refused)
    assert.throws(() => jsonPatch(deepFreeze({ a: 1, l: [1], o: {} }), [operation]), {
      reason: 'Invalid',
      httpCode: 422,
      message: 'the server rejected our request due to an error in our request',
    });
  assert.throws(() => jsonPatch({}, { op: 'add' }), { reason: 'BadRequest' });
  assert.throws(() => jsonPatch({}, Array(10_001).fill({ op: 'test', path: '' })), {
    reason: 'RequestEntityTooLarge',
    message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
  });
});

test('copies in a JSON patch cannot grow an object without bound', () => {
  const doubling = Array.from({ length: 40 }, (_, at) => ({ op: 'copy', from: '/a', path: `/a/k${at}` }));
  assert.throws(
    () => jsonPatch({ a: { x: 'y'.repeat(100) } }, doubling),
    (error: Error) => /accumulated size increase/.test(String((error.cause as Error).message)),
  );
});

test('a JSON patch cannot move a long list about without end', () => {
  const list = { a: Array.from({ length: 200_000 }, () => 1) };
  const add = { op: 'add', path: '/a/0', value: 1 };
  assert.equal((jsonPatch(list, Array(1000).fill(add)) as typeof list).a.length, 201_000);
  for (const operation of [add, { op: 'remove', path: '/a/0' }])
    assert.throws(() => jsonPatch(list, Array(10_000).fill(operation)), { reason: 'RequestEntityTooLarge' });
  // At the end of a list nothing moves.
  jsonPatch(list, Array(10_000).fill({ op: 'add', path: '/a/-', value: 1 }));
});

test('a merge patch applied twice gives the same', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), fc.dictionary(fc.string(), value), (current, patch) => {
      const once = mergePatch(deepFreeze(current), deepFreeze(patch));
      assert.deepEqual(mergePatch(once, patch), once);
    }),
  );
});

test('patches that are nested too deeply are refused, whatever their kind', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`);
  const refused = { reason: 'BadRequest', message: 'exceeded max depth of 1000' };
  assert.throws(() => mergePatch({}, deep), refused);
  assert.throws(() => jsonPatch({}, [{ op: 'add', path: '/a', value: deep }]), refused);
  assert.throws(() => strategicMergePatch({ type: 'object' }, {}, deep), refused);
  const nesting = Array.from({ length: 3000 }, () => [
    { op: 'move', from: '/a', path: '/b' },
    { op: 'add', path: '/a', value: {} },
    { op: 'move', from: '/b', path: '/a/b' },
  ]).flat();
  assert.throws(() => jsonPatch({ a: 1 }, nesting), refused);
});
