import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonPathError, parseJsonPath } from './json-path.ts';

const object = {
  spec: { replicas: 3, 'a.b': 'dotted', list: [{ n: 1 }, { n: 2 }, { n: 3 }] },
  metadata: { labels: { 'app.kubernetes.io/name': 'web' } },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Stalled', status: 'False' },
    ],
  },
};

const rows: readonly (readonly [string, readonly unknown[]])[] = [
  ['.spec.replicas', [3]],
  ['{.spec.replicas}', [3]],
  ['.spec.nothing.at.all', []],
  ['.spec.a\\.b', ['dotted']],
  [".metadata.labels['app.kubernetes.io/name']", ['web']],
  ['.metadata.labels.app\\.kubernetes\\.io/name', ['web']],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  [".status.conditions[?(@.type == 'Stalled')].status", ['False']],
  ['.status.conditions[?(@.type!="Ready")].type', ['Stalled']],
  ['.status.conditions[?(@.reason)].type', []],
  ['.spec.list[0].n', [1]],
  ['.spec.list[-1].n', [3]],
  ['.spec.list[1:].n', [2, 3]],
  ['.spec.list[0,2].n', [1, 3]],
  ['.spec.list[*].n', [1, 2, 3]],
  ['.spec.list[?(@.n>=2)].n', [2, 3]],
  ['.spec.list[9].n', []],
  ['..n', [1, 2, 3]],
];

for (const [path, found] of rows) test(path, () => assert.deepEqual(parseJsonPath(path).find(object), found));

test('paths that cannot be read', () => {
  for (const path of ['.spec.list[', '.spec.list[x]', '.spec.list[?(@.n==x)]', '.a b', `.${'a'.repeat(2000)}`])
    assert.throws(() => parseJsonPath(path), JsonPathError, path);
});

test('paths that find everything again and again end', () => {
  let deep: unknown = {};
  for (let depth = 0; depth < 200; depth++) deep = { a: deep };
  const wide = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`k${at}`, { a: { b: { c: at } } }]));
  for (const object of [deep, wide]) assert.ok(parseJsonPath(`$${'..*'.repeat(300)}`).find(object).length <= 40_000);
});
