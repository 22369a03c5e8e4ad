import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCidr } from '../../base/cidr.ts';
import { nextNodeCidr } from './plan.ts';

function range(text: string, nodePrefix: number) {
  const cidr = parseCidr(text);
  assert.ok(cidr);
  return { cidr, nodePrefix };
}

const rows = [
  { name: 'the first node gets the first part', inUse: [], want: '10.42.0.0/24' },
  { name: 'parts in use are passed over', inUse: ['10.42.0.0/24', '10.42.1.0/24'], want: '10.42.2.0/24' },
  { name: 'a part that was given back is used again', inUse: ['10.42.0.0/24', '10.42.2.0/24'], want: '10.42.1.0/24' },
  { name: 'parts of another size count, too', inUse: ['10.42.0.0/23'], want: '10.42.2.0/24' },
  { name: 'the other family does not count', inUse: ['fd00::/64'], want: '10.42.0.0/24' },
];
for (const { name, inUse, want } of rows)
  test(name, () => assert.equal(nextNodeCidr(range('10.42.0.0/16', 24), inUse), want));

test('a full range gives nothing', () => {
  assert.equal(nextNodeCidr(range('10.0.0.0/23', 24), ['10.0.0.0/24', '10.0.1.0/24']), undefined);
});

test('both families are handed out the same way', () => {
  assert.equal(nextNodeCidr(range('fd00:42::/56', 64), ['fd00:42::/64']), 'fd00:42:0:1::/64');
});
