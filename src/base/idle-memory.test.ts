import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from './clock.ts';
import { giveBackWhenIdle } from './idle-memory.ts';

const mb = 2 ** 20;

/** A process whose use is set by hand; a collection leaves it 30 MB. */
function startProcess() {
  const clock = new FakeClock();
  const process = { cpuMs: 0, heldBytes: 60 * mb, collections: 0 };
  const stop = giveBackWhenIdle({
    clock,
    usage: () => process,
    collect() {
      process.collections++;
      process.heldBytes = 30 * mb;
    },
  });
  return { clock, process, stop };
}

test('collects once when nothing is done for two looks, and again only when it is worth it', async () => {
  const { clock, process } = startProcess();
  await clock.advance(5000);
  assert.equal(process.collections, 0);
  await clock.advance(5000);
  assert.equal(process.collections, 1);
  process.heldBytes = 37 * mb;
  await clock.advance(1_200_000);
  assert.equal(process.collections, 1);
  process.heldBytes = 39 * mb;
  await clock.advance(10_000);
  assert.equal(process.collections, 2);
});

test('never while the process works, and not within ten minutes', async () => {
  const { clock, process } = startProcess();
  for (let turn = 0; turn < 20; turn++) {
    process.cpuMs += 1000;
    await clock.advance(5000);
  }
  assert.equal(process.collections, 0);
  await clock.advance(10_000);
  assert.equal(process.collections, 1);
  process.heldBytes = 80 * mb;
  await clock.advance(590_000);
  assert.equal(process.collections, 1);
  await clock.advance(20_000);
  assert.equal(process.collections, 2);
});

test('not after its end', async () => {
  const { clock, process, stop } = startProcess();
  stop();
  await clock.advance(60_000);
  assert.equal(process.collections, 0);
});

test('the real collection gives back what an idle process holds', async () => {
  const clock = new FakeClock();
  const stop = giveBackWhenIdle({ clock, usage: () => ({ cpuMs: 0, heldBytes: process.memoryUsage().heapTotal }) });
  let waste: unknown[] | undefined = Array.from({ length: 300_000 }, (_, at) => ({ at, text: `number ${at}` }));
  const before = process.memoryUsage().heapTotal;
  assert.equal(waste.length, 300_000);
  waste = undefined;
  await clock.advance(10_000);
  stop();
  assert.ok(process.memoryUsage().heapTotal < before - 10 * mb);
});
