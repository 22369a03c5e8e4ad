import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { FakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createTestAuthority } from '../certificates.test-helper.ts';
import { Listener } from './listener.ts';

async function start(t: TestContext, mostHandshakes: number) {
  const authority = await createTestAuthority();
  const serving = await authority.issue({ name: 'kube-apiserver', address: '127.0.0.1' });
  const ca = authority.certificatePem;
  const clock = new FakeClock();
  const listener = new Listener({
    ...{ address: '127.0.0.1', port: 0, log: silentLogger, clock, mostHandshakes, handshakeTimeoutMs: 5000 },
    tls: { key: serving.keyPem, cert: serving.certificatePem, clientCa: ca },
    handle: (exchange) => exchange.send(200, {}, 'ok'),
  });
  const { port } = await listener.listen();
  const open: Socket[] = [];
  t.after(async () => {
    for (const socket of open) socket.destroy();
    await listener.stop(0);
  });
  const remember = <T extends Socket>(socket: T): T => {
    open.push(socket);
    return socket.on('error', () => undefined);
  };
  return {
    clock,
    listener,
    /** A connection that says nothing. */
    plain: async (localAddress = '127.0.0.1') => {
      const socket = remember(connectPlain({ port, host: '127.0.0.1', localAddress }));
      await once(socket, 'connect');
      return socket;
    },
    async greeted() {
      const socket = remember(connectTls({ port, host: '127.0.0.1', ca, ALPNProtocols: ['http/1.1'] }));
      await once(socket, 'secureConnect');
      return socket;
    },
    async until(isSo: () => boolean) {
      for (let turn = 0; turn < 500 && !isSo(); turn++) await new Promise((resolve) => setTimeout(resolve, 10));
      assert.ok(isSo());
    },
  };
}

async function isServed(socket: Socket): Promise<boolean> {
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString().startsWith('HTTP/1.1 200');
}

test('a flood of connections that say nothing is bounded, and keeps nobody out', async (t) => {
  const { listener, plain, greeted, until } = await start(t, 50);
  const before = await greeted();
  await Promise.all(Array.from({ length: 300 }, () => plain()));
  await until(() => listener.displaced === 250);
  await until(() => listener.connections === 51);
  assert.ok(await isServed(await greeted()), 'in the middle of the flood');
  assert.ok(await isServed(before), 'whoever was in stays in');
});

test('whoever has most goes first', async (t) => {
  const { listener, plain, until } = await start(t, 10);
  const other = await plain('127.0.0.2');
  await until(() => listener.connections === 1);
  await Promise.all(Array.from({ length: 40 }, () => plain()));
  await until(() => listener.connections === 10);
  assert.equal(other.closed, false);
});

test('a handshake has a deadline, however much is said until then', async (t) => {
  const { clock, listener, plain, greeted, until } = await start(t, 10);
  const kept = await greeted();
  const early = await plain();
  await until(() => listener.connections === 2);
  await clock.advance(3000);
  early.write(Buffer.from('1603010200010001fc0303', 'hex'));
  const late = await plain();
  await until(() => listener.connections === 3);
  await clock.advance(2000);
  await until(() => listener.connections === 2);
  assert.equal(late.closed, false);
  await clock.advance(3000);
  await until(() => listener.connections === 1);
  assert.ok(await isServed(kept));
});
