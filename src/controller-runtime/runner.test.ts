import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../api/status.ts';
import { FakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import type { Client } from '../client/client.ts';
import { type Controller, controller, done, type Outcome, requeueAfter, TerminalError } from './controller.ts';
import { Runner } from './runner.ts';

/** A runner whose reconciles are ended by hand. */
function setUp(reconcile: Controller['reconcile'], options: { concurrency?: number; maxKeys?: number } = {}) {
  const clock = new FakeClock();
  const stop = new AbortController();
  let roomAgain = 0;
  const definition = controller({
    name: 'sample',
    wakesOn: [],
    reconcile,
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
  });
  const context = {
    // The reconciles of these tests read nothing.
    client: {} as Client,
    events: { record: () => undefined },
    log: silentLogger,
    signal: stop.signal,
    now: () => clock.now(),
  };
  const runner = new Runner(definition, context, {
    clock,
    onRoomAgain: () => roomAgain++,
    ...(options.maxKeys !== undefined && { maxKeys: options.maxKeys }),
  });
  return { runner, clock, stop, roomAgain: () => roomAgain };
}

test('one key never runs twice at once, and as many keys as allowed run together', async () => {
  const running = new Map<string, () => void>();
  let most = 0;
  const { runner, clock } = setUp(
    (key) =>
      new Promise<Outcome>((resolve) => {
        assert.ok(!running.has(key), `${key} runs already`);
        running.set(key, () => {
          running.delete(key);
          resolve(done);
        });
        most = Math.max(most, running.size);
      }),
    { concurrency: 2 },
  );
  for (const key of ['a', 'b', 'c']) runner.wake(key);
  await clock.advance(0);
  runner.wake('a');
  await clock.advance(0);
  assert.deepEqual([...running.keys()], ['a', 'b']);
  running.get('a')?.();
  await clock.advance(0);
  assert.deepEqual([...running.keys()], ['b', 'c']);
  running.get('b')?.();
  await clock.advance(0);
  assert.deepEqual([...running.keys()], ['c', 'a']);
  for (const end of [...running.values()]) end();
  await clock.advance(0);
  assert.equal(most, 2);
  assert.deepEqual(runner.status(), { depth: 0, planned: 0, running: 0, reconciles: 4, errors: 0 });
});

test('failures are tried again with growing waits, terminal ones only when something wakes the key', async () => {
  const tries: number[] = [];
  let failWith: Error | undefined = new ApiError('InternalError', 'disk is on fire');
  const { runner, clock } = setUp(async () => {
    tries.push(clock.monotonic());
    if (failWith) throw failWith;
    return done;
  });
  runner.wake('a');
  await clock.advance(20);
  assert.deepEqual(tries, [0, 5, 15]);
  assert.equal(runner.status().lastError?.message, 'disk is on fire');
  failWith = new TerminalError('makes no sense');
  await clock.advance(100_000);
  assert.equal(tries.length, 4, 'the terminal error ended the tries');
  failWith = undefined;
  runner.wake('a');
  await clock.advance(100_000);
  assert.equal(tries.length, 5);
  assert.equal(runner.status().errors, 4);
});

test('an exception that is no promise rejection is one failed reconcile, too', async () => {
  let calls = 0;
  const { runner, clock } = setUp(() => {
    if (calls++ === 0) throw new TypeError('undefined is not a function');
    return Promise.resolve(done);
  });
  runner.wake('a');
  await clock.advance(10);
  assert.equal(calls, 2);
});

test('requeue after comes at its time, or earlier when something wakes the key', async () => {
  const tries: number[] = [];
  const { runner, clock } = setUp(async () => {
    tries.push(clock.monotonic());
    return tries.length < 4 ? requeueAfter(1_000) : done;
  });
  runner.wake('a');
  await clock.advance(1_500);
  runner.wake('a');
  await clock.advance(999);
  assert.deepEqual(tries, [0, 1_000, 1_500]);
  await clock.advance(10_000);
  assert.deepEqual(tries, [0, 1_000, 1_500, 2_500]);
});

test('keys that were refused for want of room are asked for again once there is room', async () => {
  const seen: string[] = [];
  const { runner, clock, roomAgain } = setUp(
    async (key) => {
      seen.push(key);
      return done;
    },
    { maxKeys: 2 },
  );
  for (const key of ['a', 'b', 'c']) runner.wake(key);
  await clock.advance(0);
  assert.deepEqual(seen, ['a', 'b']);
  assert.equal(roomAgain(), 1);
});

test('stopping waits for what runs, but not longer than the deadline', async () => {
  let end: (() => void) | undefined;
  const { runner, clock, stop } = setUp((key) =>
    key === 'stuck' ? new Promise(() => undefined) : new Promise<Outcome>((resolve) => (end = () => resolve(done))),
  );
  runner.wake('quick');
  runner.wake('stuck');
  await clock.advance(0);
  stop.abort();
  const stopped = runner.stop(1_000);
  end?.();
  runner.wake('late');
  await clock.advance(1_000);
  assert.deepEqual(await stopped, ['stuck']);
  assert.equal(runner.status().reconciles, 2);
  assert.equal(clock.pendingTimers, 0);
});
