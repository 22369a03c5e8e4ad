import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CachedEntry } from './cached-entry.ts';
import { SortedEntries } from './sorted-entries.ts';

const entryOf = (key: string, revision = 0) => ({ key, revision }) as CachedEntry;
const keysOf = (entries: readonly CachedEntry[]) => entries.map(({ key }) => key);

test('whatever is put and removed, the entries stand in key order, each key once', () => {
  const key = fc.integer({ min: 0, max: 3000 }).map((number) => `ns/${number}`);
  const step = fc.record({ key, remove: fc.boolean() });
  const runs = fc.array(step, { maxLength: 6000, size: 'max' });
  fc.assert(
    fc.property(runs, key, key, (steps, from, to) => {
      const sorted = new SortedEntries();
      const keys = new Set<string>();
      for (const { key, remove } of steps) {
        if (remove) sorted.remove(key);
        else sorted.put(entryOf(key));
        if (remove) keys.delete(key);
        else keys.add(key);
      }
      const expected = [...keys].sort();
      assert.equal(sorted.length, keys.size);
      assert.deepEqual(keysOf(sorted.range('')), expected);
      assert.deepEqual(
        keysOf(sorted.range(from, to)),
        expected.filter((key) => key >= from && key < to),
      );
    }),
    { numRuns: 30 },
  );
});

test('an entry replaces the one of its key', () => {
  const sorted = new SortedEntries();
  for (let at = 0; at < 2000; at++) sorted.put(entryOf(`k${at % 1500}`, at));
  assert.equal(sorted.length, 1500);
  assert.equal(sorted.range('k10', 'k100').find(({ key }) => key === 'k10')?.revision, 1510);
});

test('what comes in order, as at the start, lies dense', () => {
  const sorted = new SortedEntries();
  const keys = Array.from({ length: 5000 }, (_, at) => String(at).padStart(5, '0'));
  for (const key of keys) sorted.put(entryOf(key));
  assert.deepEqual(keysOf(sorted.range('')), keys);
  for (const key of keys) sorted.remove(key);
  assert.equal(sorted.length, 0);
  assert.deepEqual(sorted.range(''), []);
});
