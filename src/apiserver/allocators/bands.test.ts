import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCidr } from '../../base/cidr.ts';
import { AddressRange } from './address-range.ts';
import { addressBand, pickNumber, portBand } from './bands.ts';

test('the dynamic band is used up before the static one', () => {
  const picked: number[] = [];
  const pick = () => pickNumber({ size: 10, staticBand: 4 }, (number) => !picked.includes(number));
  for (let index = 0; index < 10; index++) picked.push(pick() ?? -1);
  assert.ok(picked.slice(0, 6).every((number) => number >= 4));
  assert.deepEqual(
    [...picked].sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.equal(pick(), undefined);
});

test('bands are as large as upstream says', () => {
  // KEP-3070 and KEP-3668 give these examples.
  assert.equal(addressBand(254), 16);
  assert.equal(addressBand(65_534), 256);
  assert.equal(portBand(2768), 86);
});

test('an address range leaves out the network and everybody', () => {
  const range = new AddressRange(parseCidr('10.43.0.0/28') ?? assert.fail());
  assert.equal(range.contains('10.43.0.0'), false);
  assert.equal(range.contains('10.43.0.1'), true);
  assert.equal(range.contains('10.43.0.14'), true);
  assert.equal(range.contains('10.43.0.15'), false);
  assert.equal(range.contains('10.44.0.1'), false);
  const six = new AddressRange(parseCidr('fd00::/108') ?? assert.fail());
  assert.equal(six.contains('fd00::'), false);
  assert.equal(six.contains('fd00::a'), true);
  const taken = new Set<string>();
  for (let index = 0; index < 14; index++) taken.add(range.pick((address) => !taken.has(address)) ?? assert.fail());
  assert.equal(
    range.pick((address) => !taken.has(address)),
    undefined,
  );
});
