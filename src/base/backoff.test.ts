import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BackoffByKey, backoffMs } from './backoff.ts';

test('waits double from the first to the cap', () => {
  const waits = [1, 2, 3, 10, 40].map((failures) => backoffMs(failures, { firstMs: 5, maxMs: 1_000 }));
  assert.deepEqual(waits, [5, 10, 20, 1_000, 1_000]);
});

test('keys fail on their own, and success forgets', () => {
  const backoff = new BackoffByKey<string>({ firstMs: 1 });
  assert.deepEqual([backoff.fail('a'), backoff.fail('a'), backoff.fail('b')], [1, 2, 1]);
  backoff.forget('a');
  assert.equal(backoff.failures('a'), 0);
  assert.equal(backoff.fail('a'), 1);
});
