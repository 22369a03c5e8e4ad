import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { parseCommandLine } from '../flags/command-line.ts';
import { UsageError } from '../flags/flag.ts';
import { serverFlags } from './flags.ts';
import { defaultRouteInterfaces, inspectMachine } from './machine.ts';
import { serverOptions } from './options.ts';
import { checkMachine } from './preflight.ts';

test('the interfaces of the default routes, the best first', () => {
  const route4 = [
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT',
    'wlan0\t00000000\t0100000A\t0003\t0\t0\t600\t00000000\t0\t0\t0',
    'eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0',
    'eth1\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0',
  ].join('\n');
  const zero = '0'.repeat(32);
  const route6 = [
    `${zero} 00 ${zero} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00450003     ppp0`,
    `${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo`,
    `fe800000000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth1`,
  ].join('\n');
  assert.deepEqual(defaultRouteInterfaces(route4, route6), ['eth0', 'wlan0', 'ppp0']);
  assert.deepEqual(defaultRouteInterfaces('', ''), []);
});

test('a port that is taken, and a start without root, are named before anything is changed', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  try {
    const address = other.address();
    assert.ok(address !== null && typeof address === 'object');
    const args = ['--bind-address', '127.0.0.1', '--https-listen-port', String(address.port), '--data-dir', '/nowhere'];
    args.push('--service-node-port-range', '20-30');
    const machine = inspectMachine({ K3TS_RUNTIME_DIR: '/runtime' });
    const options = serverOptions(parseCommandLine(serverFlags, [...args, '--node-ip', '192.0.2.1']).settings, machine);
    await assert.rejects(checkMachine(options, 1000), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /--node-ip: 192.0.2.1: not an address of this machine/);
      assert.match(error.message, /user id 1000: running a node needs root/);
      assert.match(error.message, new RegExp(`--https-listen-port: ${address.port}: another program listens`));
      return true;
    });
  } finally {
    other.close();
  }
});

test('without the runtime the start says how to get it', () => {
  assert.throws(() => inspectMachine({}), /K3TS_RUNTIME_DIR: not set: .*\.\/k3ts/);
});
