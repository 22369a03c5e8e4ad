import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareIp, formatIp, type IpAddress, isLoopback, isUnspecified, parseIp } from './ip.ts';

function must(text: string): IpAddress {
  const address = parseIp(text);
  assert.ok(address, `${text} must parse`);
  return address;
}

test('addresses are shown in their canonical form', () => {
  const cases: Record<string, string> = {
    '10.43.0.10': '10.43.0.10',
    '0.0.0.0': '0.0.0.0',
    '::': '::',
    '::1': '::1',
    'FD00:42:0:0:0:0:0:1': 'fd00:42::1',
    '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
    '2001:0:0:1:0:0:0:1': '2001:0:0:1::1',
    '2001:db8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
    '::ffff:192.0.2.1': '::ffff:192.0.2.1',
    '64:ff9b::192.0.2.33': '64:ff9b::c000:221',
    'fe80::': 'fe80::',
  };
  for (const [text, canonical] of Object.entries(cases)) assert.equal(formatIp(must(text)), canonical);
});

test('what is not an address is refused', () => {
  const bad = ['', '1', '1.2.3', '1.2.3.4.5', '256.0.0.1', '01.2.3.4', '1.2.3.4 ', '-1.2.3.4', '1.2.3.0x4', ':', ':::'];
  bad.push('1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::', '12345::', 'fe80::1%eth0', '::1.2.3');
  bad.push('1.2.3.4::', '::1.2.3.4:5', 'g::', ':1:2:3:4:5:6:7');
  for (const text of bad) assert.equal(parseIp(text), undefined, text);
});

test('every address comes back from its text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }), (value) => {
      assert.deepEqual(parseIp(formatIp({ family: 4, value })), { family: 4, value });
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0n, 1n, 0xffffn, 0xabcn), { minLength: 8, maxLength: 8 }), (groups) => {
      const value = groups.reduce<bigint>((all, group) => (all << 16n) | group, 0n);
      assert.deepEqual(parseIp(formatIp({ family: 6, value })), { family: 6, value });
    }),
  );
});

test('order, loopback and unspecified', () => {
  const sorted = ['10.0.0.9', '10.0.0.10', '::1', 'fd00::'];
  assert.deepEqual(sorted.toReversed().map(must).sort(compareIp).map(formatIp), sorted);
  assert.ok(isLoopback(must('127.3.2.1')) && isLoopback(must('::1')) && !isLoopback(must('128.0.0.1')));
  assert.ok(isUnspecified(must('0.0.0.0')) && isUnspecified(must('::')) && !isUnspecified(must('::1')));
});
