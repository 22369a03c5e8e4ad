import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allocate, divideSeats, SeatDemand } from './seats.ts';

test('upstream’s levels on 600 seats', () => {
  const shares = [
    { shares: 0, lendablePercent: 0 },
    { shares: 5, lendablePercent: 0 },
    { shares: 30, lendablePercent: 33 },
    { shares: 40, lendablePercent: 25 },
    { shares: 10, lendablePercent: 0 },
    { shares: 40, lendablePercent: 50 },
    { shares: 100, lendablePercent: 90, borrowingLimitPercent: 10 },
    { shares: 20, lendablePercent: 50 },
  ];
  const divided = divideSeats(600, shares);
  assert.deepEqual(
    divided.map(({ nominal }) => nominal),
    [0, 13, 74, 98, 25, 98, 245, 49],
  );
  assert.deepEqual(divided[6], { nominal: 245, least: 24, most: 270 });
});

test('an allocation keeps its bounds and gives away all it can', () => {
  const wish = fc
    .record({ least: fc.nat(50), more: fc.nat(50), target: fc.integer({ min: 1, max: 100 }) })
    .map(({ least, more, target }) => ({ least, most: least + more, target }));
  fc.assert(
    fc.property(fc.nat(600), fc.array(wish, { minLength: 1, maxLength: 10 }), (seats, wishes) => {
      const given = allocate(seats, wishes);
      const total = given.reduce((sum, value) => sum + value, 0);
      const bound = (pick: (wish: (typeof wishes)[number]) => number) =>
        wishes.reduce((sum, one) => sum + pick(one), 0);
      for (const [index, { least, most }] of wishes.entries()) {
        const value = given[index] ?? -1;
        assert.ok(value >= least && value <= most);
      }
      const expected = Math.min(
        Math.max(
          seats,
          bound(({ least }) => least),
        ),
        bound(({ most }) => most),
      );
      assert.ok(Math.abs(total - expected) < 0.01, `${total} of ${expected}`);
    }),
  );
});

test('who wants more gets more', () => {
  const [busy = 0, idle = 0] = allocate(100, [
    { least: 10, most: 100, target: 90 },
    { least: 10, most: 100, target: 1 },
  ]);
  assert.equal(Math.round(busy), 90);
  assert.equal(Math.round(idle), 10);
});

test('demand rises at once and falls slowly', () => {
  const demand = new SeatDemand(0);
  demand.set(0, 20);
  assert.deepEqual(demand.turn(10_000), { high: 20, average: 20, deviation: 0 });
  assert.equal(demand.smoothed, 20);
  demand.set(10_000, 0);
  demand.turn(20_000);
  assert.ok(demand.smoothed > 19 && demand.smoothed < 20);
  for (let turn = 3; turn < 40; turn++) demand.turn(turn * 10_000);
  assert.ok(demand.smoothed < 10);
});
