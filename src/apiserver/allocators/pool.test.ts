import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCidr } from '../../base/cidr.ts';
import { FakeClock } from '../../base/clock.ts';
import { AddressRange, staticBand } from './address-range.ts';
import { Pool } from './pool.ts';

test('the dynamic band is used up before the static one', () => {
  const pool = new Pool({ size: 10, staticBand: 4, clock: new FakeClock() });
  const picked: number[] = [];
  for (let index = 0; index < 10; index++) {
    const number = pool.pick() ?? -1;
    pool.reserve(number, `owner-${index}`, 1000);
    picked.push(number);
  }
  assert.ok(picked.slice(0, 6).every((number) => number >= 4));
  assert.deepEqual(
    [...picked].sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.equal(pool.pick(), undefined);
});

test('a reservation that nothing came of ends; what is held stays until its owner lets go', async () => {
  const clock = new FakeClock();
  const pool = new Pool({ size: 2, staticBand: 0, clock });
  pool.reserve(0, 'failed', 90_000);
  pool.hold(1, 'stored');
  assert.equal(pool.isFreeFor(0, 'other'), false);
  assert.equal(pool.isFreeFor(0, 'failed'), true);
  await clock.advance(100_000);
  assert.equal(pool.isFreeFor(0, 'other'), true);
  assert.equal(pool.isFreeFor(1, 'other'), false);
  pool.release(1, 'other');
  assert.equal(pool.isFreeFor(1, 'other'), false);
  pool.release(1, 'stored');
  assert.equal(pool.isFreeFor(1, 'other'), true);
});

test('an address range leaves out the network and everybody, and knows its bands', () => {
  const range = new AddressRange(parseCidr('10.43.0.0/28') ?? assert.fail(), new FakeClock());
  assert.equal(range.numberOf('10.43.0.0'), undefined);
  assert.equal(range.numberOf('10.43.0.1'), 0);
  assert.equal(range.numberOf('10.43.0.14'), 13);
  assert.equal(range.numberOf('10.43.0.15'), undefined);
  assert.equal(range.numberOf('10.44.0.1'), undefined);
  assert.equal(range.addressOf(13), '10.43.0.14');
  const six = new AddressRange(parseCidr('fd00::/108') ?? assert.fail(), new FakeClock());
  assert.equal(six.numberOf('fd00::a'), 9);
  // KEP-3070 and KEP-3668 give these examples.
  assert.equal(staticBand(254, 16, 256), 16);
  assert.equal(staticBand(65_534, 16, 256), 256);
  assert.equal(staticBand(2768, 16, 128), 86);
});
