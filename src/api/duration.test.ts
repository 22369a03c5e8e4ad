import assert from 'node:assert/strict';
import test from 'node:test';
import { humanDuration, timeSince } from './duration.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const rows: readonly (readonly [ms: number, text: string])[] = [
  [-2 * second, '<invalid>'],
  [-second, '0s'],
  [-999, '0s'],
  [0, '0s'],
  [119 * second, '119s'],
  [2 * minute, '2m'],
  [2 * minute + 5 * second, '2m5s'],
  [9 * minute + 59 * second, '9m59s'],
  [10 * minute + 59 * second, '10m'],
  [179 * minute, '179m'],
  [3 * hour, '3h'],
  [7 * hour + 59 * minute, '7h59m'],
  [8 * hour + 59 * minute, '8h'],
  [47 * hour, '47h'],
  [2 * day, '2d'],
  [7 * day + 23 * hour, '7d23h'],
  [8 * day + 23 * hour, '8d'],
  [729 * day, '729d'],
  [730 * day, '2y'],
  [731 * day, '2y1d'],
  [8 * 365 * day - hour, '7y364d'],
  [8 * 365 * day, '8y'],
];

for (const [ms, text] of rows) {
  test(`${ms} ms is shown as ${text}`, () => assert.equal(humanDuration(ms), text));
}

test('a time that is not known is said to be so', () => {
  assert.equal(timeSince(undefined, 0), '<unknown>');
  assert.equal(timeSince(null, 0), '<unknown>');
  assert.equal(timeSince('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1, 0, 0, 30)), '30s');
});
