import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, pause, sleep, systemClock } from './clock.ts';

test('a fake clock runs what falls due, in order, and nothing earlier', async () => {
  const clock = new FakeClock();
  const ran: string[] = [];
  clock.after(20, () => ran.push('second'));
  clock.after(10, () => ran.push('first'));
  clock.after(30, () => ran.push('cancelled')).cancel();
  await clock.advance(15);
  assert.deepEqual(ran, ['first']);
  await clock.advance(100);
  assert.deepEqual(ran, ['first', 'second']);
  assert.equal(clock.pendingTimers, 0);
});

test('a sleep ends with its time, or with the reason of its signal, and leaves no timer', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const slept = sleep(clock, 10);
  const ended = sleep(clock, 10_000, stop.signal);
  await clock.advance(10);
  await slept;
  stop.abort(new Error('enough'));
  await assert.rejects(ended, /enough/);
  await assert.rejects(sleep(clock, 10, stop.signal), /enough/);
  assert.equal(clock.pendingTimers, 0);
});

test('a pause says whether its time is over', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const whole = pause(clock, 10, stop.signal);
  await clock.advance(10);
  assert.equal(await whole, true);
  const cut = pause(clock, 10, stop.signal);
  stop.abort();
  assert.equal(await cut, false);
});

test('a delay longer than Node allows is waited for, not cut', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let rang = false;
  systemClock.after(2 ** 31 + 1000, () => {
    rang = true;
  });
  t.mock.timers.tick(2 ** 31 - 1);
  assert.equal(rang, false);
  t.mock.timers.tick(1001);
  assert.equal(rang, true);
});
