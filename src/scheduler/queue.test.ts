import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../api/schema/generated/types/core-v1.ts';
import { FakeClock } from '../base/clock.ts';
import { SchedulingQueue } from './queue.ts';

function makePod(name: string, priority = 0): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name, generation: 1 },
    spec: { priority, containers: [{ name: 'c' }] },
  };
}

function makeQueue() {
  const clock = new FakeClock();
  const queue = new SchedulingQueue({ clock, onReady: () => undefined });
  return { clock, queue };
}

test('higher priority comes first, then whoever came first', () => {
  const { queue } = makeQueue();
  for (const [name, priority] of [
    ['a', 0],
    ['b', 5],
    ['c', 0],
    ['d', 5],
  ] as const)
    queue.set(name, makePod(name, priority));
  assert.deepEqual(
    Array.from({ length: 4 }, () => queue.take()?.key),
    ['b', 'd', 'a', 'c'],
  );
});

test('a parked pod comes back for an event that it waits for, not for others, and not before its back-off', async () => {
  const { clock, queue } = makeQueue();
  queue.set('a', makePod('a'));
  queue.take();
  queue.park('a', new Set(['pod-gone']));
  queue.notify('volume-changed');
  assert.equal(queue.take(), undefined);
  queue.notify('pod-gone');
  assert.equal(queue.take(), undefined);
  await clock.advance(1000);
  assert.equal(queue.take()?.key, 'a');
});

test('each failure doubles the wait, up to ten seconds', async () => {
  const { clock, queue } = makeQueue();
  queue.set('a', makePod('a'));
  queue.take();
  for (const waitMs of [1000, 2000, 4000, 8000, 10_000, 10_000]) {
    queue.park('a', new Set(['node-changed']));
    queue.notify('node-changed');
    await clock.advance(waitMs - 1);
    assert.equal(queue.take(), undefined, `before ${waitMs} ms`);
    await clock.advance(1);
    assert.equal(queue.take()?.key, 'a', `after ${waitMs} ms`);
  }
});

test('nothing is parked for longer than five minutes', async () => {
  const { clock, queue } = makeQueue();
  queue.set('a', makePod('a'));
  queue.take();
  queue.park('a', new Set());
  await clock.advance(299_000);
  assert.equal(queue.take(), undefined);
  await clock.advance(1000);
  assert.equal(queue.take()?.key, 'a');
});

test('a change of what a pod asks for wakes it; a change of its status does not', async () => {
  const { clock, queue } = makeQueue();
  const pod = makePod('a');
  queue.set('a', pod);
  queue.take();
  queue.park('a', new Set());
  await clock.advance(5000);
  queue.set('a', { ...pod, status: { phase: 'Pending' } });
  assert.equal(queue.take(), undefined);
  queue.set('a', { ...pod, metadata: { ...pod.metadata, generation: 2 } });
  assert.equal(queue.take()?.key, 'a');
});

test('a queue that is closed leaves no timer', () => {
  const { clock, queue } = makeQueue();
  queue.set('a', makePod('a'));
  queue.take();
  queue.park('a', new Set());
  queue.close();
  assert.equal(clock.pendingTimers, 0);
});
