import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Cidr,
  cidrContains,
  cidrSize,
  cidrsOverlap,
  formatCidr,
  indexOfAddress,
  nthAddress,
  nthSubnet,
  parseCidr,
  subnetCount,
} from './cidr.ts';
import { formatIp, parseIp } from './ip.ts';

function must(text: string): Cidr {
  const cidr = parseCidr(text);
  assert.ok(cidr, `${text} must parse`);
  return cidr;
}
function address(text: string) {
  const parsed = parseIp(text);
  assert.ok(parsed);
  return parsed;
}

test('host bits are cleared and the text is canonical', () => {
  assert.equal(formatCidr(must('10.42.3.7/16')), '10.42.0.0/16');
  assert.equal(formatCidr(must('0.0.0.0/0')), '0.0.0.0/0');
  assert.equal(formatCidr(must('fd00:42::abcd/56')), 'fd00:42::/56');
});

test('what is not a CIDR is refused', () => {
  for (const text of [
    '',
    '10.42.0.0',
    '10.42.0.0/',
    '10.42.0.0/33',
    '10.42.0.0/-1',
    '10.42.0.0/016',
    'fd00::/129',
    '/8',
  ])
    assert.equal(parseCidr(text), undefined, text);
});

test('a block contains its own addresses only', () => {
  const services = must('10.43.0.0/16');
  assert.ok(cidrContains(services, address('10.43.0.0')) && cidrContains(services, address('10.43.255.255')));
  assert.ok(!cidrContains(services, address('10.44.0.0')) && !cidrContains(services, address('10.42.255.255')));
  assert.ok(!cidrContains(must('0.0.0.0/0'), address('::1')), 'the families are apart');
  assert.equal(cidrSize(services), 65536n);
});

test('blocks overlap when one holds the other, never across families', () => {
  assert.ok(
    cidrsOverlap(must('10.0.0.0/8'), must('10.43.0.0/16')) && cidrsOverlap(must('10.43.0.0/16'), must('10.0.0.0/8')),
  );
  assert.ok(!cidrsOverlap(must('10.42.0.0/16'), must('10.43.0.0/16')));
  assert.ok(!cidrsOverlap(must('0.0.0.0/0'), must('::/0')));
});

test('addresses by number and back', () => {
  const services = must('10.43.0.0/16');
  const tenth = nthAddress(services, 10);
  assert.ok(tenth);
  assert.equal(formatIp(tenth), '10.43.0.10');
  assert.equal(indexOfAddress(services, tenth), 10n);
  assert.equal(nthAddress(services, 65536), undefined);
  assert.equal(indexOfAddress(services, address('10.42.0.1')), undefined);
});

test('subnets by number', () => {
  const pods = must('10.42.0.0/16');
  assert.equal(subnetCount(pods, 24), 256n);
  const last = nthSubnet(pods, 24, 255);
  assert.ok(last);
  assert.equal(formatCidr(last), '10.42.255.0/24');
  assert.equal(nthSubnet(pods, 24, 256), undefined);
  assert.equal(nthSubnet(pods, 8, 0), undefined);
});
