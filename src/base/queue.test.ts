import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from './clock.ts';
import { WorkQueue } from './queue.ts';

function queueWith(clock = new FakeClock(), maxKeys = 100) {
  let ready = 0;
  const queue = new WorkQueue<string>({ clock, onReady: () => ready++, maxKeys });
  const drain = () => {
    const keys: string[] = [];
    for (let key = queue.take(); key !== undefined; key = queue.take()) keys.push(key);
    return keys;
  };
  return { queue, clock, drain, readyCalls: () => ready };
}

test('a key that is asked for twice comes once, in order of arrival', () => {
  const { queue, drain } = queueWith();
  for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
  assert.deepEqual(drain(), ['a', 'b', 'c']);
});

test('a key being worked on is not given out; asked for meanwhile, it comes once more', () => {
  const { queue, drain } = queueWith();
  queue.add('a');
  assert.equal(queue.take(), 'a');
  queue.add('a');
  queue.add('a');
  assert.deepEqual(drain(), []);
  queue.finish('a');
  assert.deepEqual(drain(), ['a']);
  queue.finish('a');
  assert.deepEqual(drain(), []);
});

test('how long a key was due is told when it is taken', async () => {
  const clock = new FakeClock();
  const waited: number[] = [];
  const queue = new WorkQueue<string>({ clock, onReady: () => undefined, onTaken: (ms) => waited.push(ms) });
  queue.add('a');
  queue.add('later', 1_000);
  await clock.advance(300);
  queue.add('a');
  assert.equal(queue.take(), 'a');
  queue.add('a');
  await clock.advance(50);
  queue.finish('a');
  assert.equal(queue.take(), 'a');
  await clock.advance(700);
  assert.equal(queue.take(), 'later');
  assert.deepEqual(waited, [300, 50, 50]);
});

test('the earliest time wins, whichever was asked for first', async () => {
  const { queue, clock, drain } = queueWith();
  queue.add('a', 1_000);
  queue.add('a', 100);
  queue.add('b', 100);
  queue.add('b', 1_000);
  await clock.advance(99);
  assert.deepEqual(drain(), []);
  await clock.advance(1);
  assert.deepEqual(drain().sort(), ['a', 'b']);
  for (const key of ['a', 'b']) queue.finish(key);
  await clock.advance(10_000);
  assert.deepEqual(drain(), [], 'the later time was dropped');
});

test('work that is due now makes the planned look needless', async () => {
  const { queue, clock, drain } = queueWith();
  queue.add('a', 500);
  queue.add('a');
  assert.deepEqual(drain(), ['a']);
  queue.finish('a');
  await clock.advance(1_000);
  assert.deepEqual(drain(), []);
});

test('a key that is woken often before its time still comes at its last planned time', async () => {
  const { queue, clock, drain } = queueWith();
  queue.add('other', 2_000);
  for (let round = 0; round < 500; round++) {
    queue.add('a', 1_000);
    queue.add('a');
    assert.deepEqual(drain(), ['a']);
    queue.finish('a');
    await clock.advance(1);
  }
  queue.add('a', 1_000);
  await clock.advance(990);
  assert.deepEqual(drain(), []);
  await clock.advance(10);
  assert.deepEqual(drain(), ['a']);
  await clock.advance(500);
  assert.deepEqual(drain(), ['other']);
});

test('a full queue refuses new keys, and says so', () => {
  const { queue } = queueWith(new FakeClock(), 2);
  assert.deepEqual([queue.add('a'), queue.add('b', 5), queue.add('c'), queue.add('b')], [true, true, false, true]);
  assert.deepEqual([queue.depth, queue.planned], [2, 0], 'b was due later, and then now');
});

test('a closed queue leaves no timer and takes nothing', () => {
  const { queue, clock, drain } = queueWith();
  queue.add('a', 5);
  queue.add('b');
  queue.close();
  assert.equal(clock.pendingTimers, 0);
  assert.equal(queue.add('c'), false);
  assert.deepEqual(drain(), []);
});

test('delayed keys come in order of time, for any delays', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 40 }), async (delays) => {
      const clock = new FakeClock();
      const came: number[] = [];
      const queue = new WorkQueue<number>({
        clock,
        onReady: () => {
          for (let key = queue.take(); key !== undefined; key = queue.take()) came.push(delays[key] ?? -1);
        },
      });
      for (const [key, delay] of delays.entries()) queue.add(key, delay);
      await clock.advance(60);
      assert.equal(came.length, delays.length);
      // Keys within one millisecond may come together.
      for (let at = 1; at < came.length; at++) assert.ok((came[at] ?? 0) >= (came[at - 1] ?? 0) - 1);
      queue.close();
    }),
    { numRuns: 20 },
  );
});
