import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findConflicts, type MachineNetwork, podLinks, wantedRanges } from './conflicts.ts';

const ranges = [
  ...wantedRanges('the pod range', ['10.42.0.0/16']),
  ...wantedRanges('the service range', ['10.43.0.0/16']),
];
const link = (ifname: string, ...addresses: string[]) => ({
  ifname,
  addr_info: addresses.map((local) => ({ local, scope: 'global' })),
});
const conflicts = (machine: Partial<MachineNetwork>) =>
  findConflicts(
    { links: [link('lo', '127.0.0.1'), ...(machine.links ?? [])], routes: machine.routes ?? [] },
    'ours',
    ranges,
  );

test('an ordinary machine, and our own links and routes, are not in the way', () => {
  const links = [link('eth0', '192.0.2.1'), link('ours', '10.42.0.1'), link('veth1', '10.42.0.1')];
  const routes = [
    { dst: 'default', dev: 'eth0' },
    { dst: '192.0.2.0/24', dev: 'eth0' },
    { dst: '10.42.0.0/24', dev: 'ours' },
    { dst: '10.42.0.5', dev: 'veth1' },
    { dst: 'fe80::/64', dev: 'eth0' },
  ];
  assert.deepEqual(conflicts({ links, routes }), { problems: [], warnings: [] });
  assert.deepEqual(podLinks(links, 'ours'), ['veth1']);
});

test("another server's link is named with its address and the range, once", () => {
  const { problems } = conflicts({
    links: [link('theirs', '10.42.0.1')],
    routes: [{ dst: '10.42.0.0/24', dev: 'theirs' }],
  });
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^the link theirs has 10\.42\.0\.1, which lies in the pod range 10\.42\.0\.0\/16; /);
});

test('a route inside a range is in the way; a wider one is hidden', () => {
  const { problems, warnings } = conflicts({
    routes: [
      { dst: '10.43.128.0/17', dev: 'tun0' },
      { dst: '10.43.0.7', dev: 'tun0' },
      { dst: '10.0.0.0/8', dev: 'vpn0' },
      { dst: '10.42.7.0/24' },
    ],
  });
  assert.deepEqual(
    problems.map((text) => text.split(';')[0]),
    [
      'the route to 10.43.128.0/17 through tun0 lies in the service range 10.43.0.0/16',
      'the route to 10.43.0.7 through tun0 lies in the service range 10.43.0.0/16',
      'the route to 10.42.7.0/24 lies in the pod range 10.42.0.0/16',
    ],
  );
  assert.deepEqual(warnings, ['the pod range 10.42.0.0/16 hides a part of the route to 10.0.0.0/8 through vpn0']);
});
