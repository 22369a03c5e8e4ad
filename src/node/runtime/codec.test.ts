import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decode, encode } from './codec.ts';

describe('codec of the container runtime interface', () => {
  test('reads back what it wrote, scalars with their defaults', () => {
    const sandbox = {
      id: 'abc',
      metadata: { name: 'p', uid: 'ü', namespace: 'n', attempt: 3 },
      state: 'SANDBOX_NOTREADY',
      createdAt: 1_795_343_396_854_813_200,
      labels: { a: '1', 'b/c': '' },
    };
    assert.deepEqual(decode('PodSandbox', encode('PodSandbox', sandbox)), {
      ...sandbox,
      annotations: {},
      runtimeHandler: '',
    });
  });

  test('writes the bytes that protobuf prescribes', () => {
    assert.equal(
      encode('StopContainerRequest', { containerId: 'x', timeout: -1 }).toString('hex'),
      '0a017810ffffffffffffffffff01',
    );
    assert.equal(encode('Int64Value', { value: 0 }).length, 0);
    // A message that is set stays set, though it is empty: run as user 0 is not "user unknown".
    assert.equal(encode('LinuxContainerSecurityContext', { runAsUser: { value: 0 } }).toString('hex'), '2a00');
    assert.equal(encode('PortForwardRequest', { port: [80, 443] }).toString('hex'), '105010bb03');
  });

  test('reads packed lists and negative numbers, skips fields it does not know', () => {
    assert.deepEqual(decode('PortForwardRequest', Buffer.from('120350bb03', 'hex')), {
      podSandboxId: '',
      port: [80, 443],
    });
    assert.deepEqual(decode('StopContainerRequest', Buffer.from('0a017810ffffffffffffffffff01', 'hex')), {
      containerId: 'x',
      timeout: -1,
    });
    assert.deepEqual(decode('Int64Value', Buffer.from('fa0703616263' + '0805', 'hex')), { value: 5 });
  });

  test('refuses mistakes', () => {
    assert.throws(() => encode('Int64Value', { valeu: 1 }), /Int64Value has no field valeu/);
    assert.throws(
      () => encode('PodSandbox', { state: 'READY' }),
      /state: READY is not one of SANDBOX_READY, SANDBOX_NOTREADY/,
    );
    assert.throws(() => decode('PodSandbox', Buffer.from('0a05', 'hex')), /cut off/);
  });
});
