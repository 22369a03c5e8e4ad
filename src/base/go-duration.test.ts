import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGoDuration } from './go-duration.ts';

test('durations as Go writes them', () => {
  const table: readonly (readonly [string, number | undefined])[] = [
    ['0', 0],
    ['34s', 34_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['-1s', -1000],
    ['.5s', 500],
    ['', undefined],
    ['10', undefined],
    ['1 s', undefined],
    ['s', undefined],
    ['1d', undefined],
    ['1.2.3s', undefined],
    [`${'1s'.repeat(50)}`, undefined],
  ];
  for (const [text, ms] of table) assert.equal(parseGoDuration(text), ms, text);
});
