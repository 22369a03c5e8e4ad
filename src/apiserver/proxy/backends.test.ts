import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkProxyable } from './backends.ts';

test('only addresses that are one host’s own are reached through the API server', () => {
  for (const ip of ['10.42.0.7', '192.168.1.1', '8.8.8.8', 'fd00::7', '2001:db8::1', '::ffff:10.42.0.7'])
    assert.doesNotThrow(() => checkProxyable(ip), ip);
  const refused = [
    ...['127.0.0.1', '127.9.9.9', '169.254.169.254', '0.0.0.0', '224.0.0.1', '255.255.255.255'],
    ...[
      '::1',
      '::',
      '0:0:0:0:0:0:0:1',
      'fe80::1',
      'FE80::1',
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::ffff:169.254.169.254',
    ],
    ...['', 'localhost', '127.1', '0x7f.1'],
  ];
  for (const ip of refused) assert.throws(() => checkProxyable(ip), { reason: 'BadRequest' }, ip);
});
