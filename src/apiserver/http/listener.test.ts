import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { after, before, describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { silentLogger } from '../../base/log.ts';
import { createTestAuthority } from '../certificates.test-helper.ts';
import { Listener } from './listener.ts';

describe('connections of clients that do not keep up', () => {
  let listener: Listener;
  let port: number;
  let ca: string;

  before(async () => {
    const authority = await createTestAuthority();
    const serving = await authority.issue({ name: 'kube-apiserver', address: '127.0.0.1' });
    ca = authority.certificatePem;
    listener = new Listener({
      address: '127.0.0.1',
      port: 0,
      tls: { key: serving.keyPem, cert: serving.certificatePem, clientCa: ca },
      handle: (exchange) => {
        if (exchange.path === '/wait') exchange.open(200, {}).write('begun');
        else exchange.send(200, {}, 'ok');
      },
      log: silentLogger,
      headersTimeoutMs: 300,
      idleTimeoutMs: 300,
    });
    ({ port } = await listener.listen());
  });
  after(() => listener.stop(1000));

  async function http1(): Promise<{ socket: TLSSocket; text: () => string }> {
    const socket = connect({ port, host: '127.0.0.1', ca, ALPNProtocols: ['http/1.1'] });
    await once(socket, 'secureConnect');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    return { socket, text: () => text };
  }

  test('headers that come byte by byte are 408', { timeout: 10_000 }, async () => {
    const { socket, text } = await http1();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n');
    const drip = setInterval(() => socket.write('a'), 50);
    await once(socket, 'close');
    clearInterval(drip);
    assert.match(text(), /^HTTP\/1.1 408 /);
  });

  test('a connection on which no request comes is closed', { timeout: 10_000 }, async () => {
    const { socket } = await http1();
    await once(socket, 'close');
  });

  test('headers that are too large are 431', async () => {
    const { socket, text } = await http1();
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`);
    await once(socket, 'close');
    assert.match(text(), /^HTTP\/1.1 431 /);
  });

  test('an idle HTTP/2 connection is closed, one with an open answer is not', { timeout: 10_000 }, async () => {
    const idle = connectHttp2(`https://127.0.0.1:${port}`, { ca });
    const busy = connectHttp2(`https://127.0.0.1:${port}`, { ca });
    const stream = busy.request({ ':path': '/wait' });
    stream.resume();
    await once(stream, 'response');
    await once(idle, 'close');
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.equal(busy.closed, false);
    busy.destroy();
  });
});
