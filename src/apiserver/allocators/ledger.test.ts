import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../base/clock.ts';
import { Ledger } from './ledger.ts';

test('a reservation that nothing came of ends; what is held stays until its owner lets go', async () => {
  const clock = new FakeClock();
  const ledger = new Ledger<number>(clock);
  ledger.reserve(0, 'failed', 90_000);
  ledger.hold(1, 'stored');
  assert.equal(ledger.isFreeFor(0, 'other'), false);
  assert.equal(ledger.isFreeFor(0, 'failed'), true);
  await clock.advance(100_000);
  assert.equal(ledger.isFreeFor(0, 'other'), true);
  assert.equal(ledger.isFreeFor(1, 'other'), false);
  ledger.release(1, 'other');
  assert.equal(ledger.isFreeFor(1, 'other'), false);
  ledger.release(1, 'stored');
  assert.equal(ledger.isFreeFor(1, 'other'), true);
});
