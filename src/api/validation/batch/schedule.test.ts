import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scheduleFault } from './schedule.ts';

const cases: readonly (readonly [schedule: string, fault?: string])[] = [
  ['*/5 * * * *'],
  ['0 0 1,15 * mon-FRI'],
  ['5/15 ? * jan-dec/2 0-6'],
  ['@hourly'],
  ['@every 1h30m'],
  ['', 'expected exactly 5 fields, found 0: []'],
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['* * * * 7', 'end of range (7) above maximum (6): 7'],
  ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['* * * L *', 'failed to parse int from L: strconv.Atoi: parsing "L": invalid syntax'],
  ['@never', 'unrecognized descriptor: @never'],
  ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
];

for (const [schedule, fault] of cases)
  test(`schedule ${JSON.stringify(schedule)}`, () => assert.equal(scheduleFault(schedule), fault));
