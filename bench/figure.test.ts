import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortfall, table, verdict } from './figure.ts';

test('a figure is held against its budget from the right side', () => {
  assert.equal(verdict({ value: 160, budget: { atMost: 160 } }), 'met');
  assert.equal(verdict({ value: 161, budget: { atMost: 160 } }), 'missed');
  assert.equal(verdict({ value: 49, budget: { atLeast: 50 } }), 'missed');
  assert.equal(verdict({ value: 49 }), '');
  assert.equal(shortfall({ value: 200, budget: { atMost: 160 } }), 0.25);
  assert.equal(shortfall({ value: 4500, budget: { atLeast: 6000 } }), 0.25);
  assert.equal(shortfall({ value: 9000, budget: { atLeast: 6000 } }), 0);
});

test('the table says what was measured, what should be, and what stands beside it', () => {
  const load = 0.5;
  const rows = table([
    { what: 'creates', value: 5400.4, unit: '/s', budget: { atLeast: 6000 }, beside: 'disk: 900/s', load },
    { what: 'pods', value: 12.34, unit: 'MB', load },
  ]).split('\n');
  assert.equal(rows[2], '| creates | 5,400/s | ≥ 6,000/s | missed | disk: 900/s | 0.5 |');
  assert.equal(rows[3], '| pods | 12.3 MB |  |  |  | 0.5 |');
});
