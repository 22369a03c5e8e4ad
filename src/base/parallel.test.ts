import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { inParallel } from './parallel.ts';

test('keeps the order of the items and the limit', async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([5, 1, 4, 2, 3], 2, async (turns) => {
    most = Math.max(most, ++running);
    for (let at = 0; at < turns; at++) await turn();
    running--;
    return turns * 10;
  });
  assert.deepEqual(results, [50, 10, 40, 20, 30]);
  assert.equal(most, 2);
});

test('after an error nothing new begins, and what runs is waited for', async () => {
  const begun: number[] = [];
  let ended = false;
  const all = inParallel([1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    if (item === 1) throw new Error('no');
    await turn();
    ended = true;
  });
  await assert.rejects(all, /no/);
  assert.deepEqual([begun, ended], [[1, 2], true]);
});
