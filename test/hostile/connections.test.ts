import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectH2, constants } from 'node:http2';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { runs, startTarget, type Target } from './server.ts';

const watch = '/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=2';

/** Bytes that are no request, frames that are no frames, clients that go away or never end. */
describe('hostile connections', () => {
  let target: Target;
  before(async () => {
    target = await startTarget();
  });
  after(() => target.close());

  async function open(protocol: 'h2' | 'http/1.1'): Promise<TLSSocket> {
    const { server } = target.server;
    const { admin, ca } = target.server;
    const socket = connect({
      host: '127.0.0.1',
      port: server.address.port,
      ALPNProtocols: [protocol],
      ca,
      cert: admin.certificatePem,
      key: admin.keyPem,
    });
    socket.on('error', () => undefined); // the server may cut us off: that is what is tried
    socket.resume();
    await once(socket, 'secureConnect');
    return socket;
  }

  async function send(protocol: 'h2' | 'http/1.1', ...pieces: readonly (Buffer | string)[]): Promise<void> {
    const socket = await open(protocol);
    for (const piece of pieces) if (!socket.destroyed) socket.write(piece);
    await Promise.race([once(socket, 'close'), delay(20)]);
    socket.destroy();
  }

  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  const frame = (type: number, flags: number, stream: number, payload: Buffer) => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
  };

  test('HTTP/1.1 of any kind', async () => {
    const lines = fc.array(
      fc.oneof(
        fc.constantFrom(
          ...[
            'GET / HTTP/1.1',
            'GET /api/v1/pods HTTP/1.1',
            'Host: x',
            'Content-Length: -1',
            'Content-Length: 99999999999',
          ],
          ...[
            'Transfer-Encoding: chunked',
            'Connection: upgrade',
            'Upgrade: websocket',
            'Upgrade: h2c',
            'Upgrade: SPDY/3.1',
          ],
          ...[
            'Sec-WebSocket-Key: x',
            'Sec-WebSocket-Version: 13',
            'Expect: 100-continue',
            '',
            'ffffffffffffffff',
            '0',
            ': x',
          ],
          ...[
            'POST /api/v1/namespaces/default/pods/p/exec?command=x HTTP/1.1',
            `GET ${watch} HTTP/1.1`,
            ' folded',
            '\u0000',
          ],
        ),
        fc.string({ maxLength: 20 }),
      ),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(lines, (list) => send('http/1.1', `${list.join('\r\n')}\r\n\r\n`)),
      { numRuns: runs },
    );
    await send(
      'http/1.1',
      'GET / HTTP/1.1\r\n',
      ...Array.from({ length: 500 }, (_, i) => `X-${i}: ${'y'.repeat(500)}\r\n`),
    );
    await target.isWell();
  });

  test('HTTP/2 frames of any kind', async () => {
    const frames = fc.array(
      fc
        .tuple(fc.nat(12), fc.nat(255), fc.constantFrom(0, 1, 2, 3, 5, 2 ** 31 - 1), fc.uint8Array({ maxLength: 40 }))
        .map(([type, flags, stream, payload]) => frame(type, flags, stream, Buffer.from(payload))),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(frames, fc.boolean(), (list, polite) =>
        send('h2', ...(polite ? [preface, settings] : []), ...list),
      ),
      { numRuns: runs },
    );
    await target.isWell();
  });

  test('floods of HTTP/2: resets, pings, settings, continuations, windows', async () => {
    const headers = Buffer.from([0x82, 0x87, 0x84, 0x41, 0x01, 0x78]); // GET https / with the authority x
    const resets = Array.from({ length: 5000 }, (_, i) => [
      frame(1, 5, 2 * i + 1, headers),
      frame(3, 0, 2 * i + 1, Buffer.from([0, 0, 0, 8])),
    ]).flat();
    const floods: readonly (readonly Buffer[])[] = [
      resets,
      Array.from({ length: 20_000 }, () => frame(6, 0, 0, Buffer.alloc(8))),
      Array.from({ length: 20_000 }, () => settings),
      [frame(1, 1, 1, headers), ...Array.from({ length: 5000 }, () => frame(9, 0, 1, Buffer.alloc(100, 0x40)))],
      Array.from({ length: 200 }, () => frame(8, 0, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff]))),
      Array.from({ length: 5000 }, (_, i) => frame(2, 0, 2 * i + 1, Buffer.alloc(5))),
      Array.from({ length: 5000 }, (_, i) => frame(1, 5, 2 * i + 1, headers)),
      [frame(1, 4, 1, headers), ...Array.from({ length: 5000 }, () => frame(0, 0, 1, Buffer.alloc(0)))],
    ];
    for (const flood of floods) {
      await send('h2', preface, settings, Buffer.concat(flood));
      await target.isWell();
    }
  });

  test('clients that leave in the middle of anything', async () => {
    const { url, ca, admin } = target.server;
    const credentials = { ca, cert: admin.certificatePem, key: admin.keyPem };
    for (let round = 0; round < 20; round++) {
      const session = connectH2(url, credentials);
      session.on('error', () => undefined);
      for (const path of [watch, '/api/v1/pods', '/openapi/v2', '/apis'])
        for (const code of [constants.NGHTTP2_CANCEL, constants.NGHTTP2_INTERNAL_ERROR]) {
          const stream = session.request({ ':path': path });
          stream.on('error', () => undefined);
          setTimeout(() => stream.close(code), round % 5);
        }
      const upload = session.request({ ':method': 'POST', ':path': '/api/v1/namespaces/default/configmaps' });
      upload.on('error', () => undefined);
      upload.write('{"metadata":');
      await delay(round % 7);
      session.destroy();
    }
    await target.isWell();
  });

  test('frames of WebSockets of any kind', async () => {
    const hello = [
      `GET ${watch} HTTP/1.1`,
      'Host: x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '\r\n',
    ].join('\r\n');
    const messages = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
        fc.constantFrom(
          Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), // a text of 2^63 bytes
          Buffer.from([0x89, 0xfe, 0x10, 0x00]), // a ping larger than pings are
          Buffer.from([0x88, 0x80, 0, 0, 0, 0]),
          Buffer.concat([Buffer.from([0x82, 0xfe, 0x20, 0x00, 1, 2, 3, 4]), randomBytes(8192)]),
          Buffer.concat(Array.from({ length: 2000 }, () => Buffer.from([0x89, 0x80, 0, 0, 0, 0]))),
          Buffer.concat(Array.from({ length: 2000 }, () => Buffer.from([0x01, 0x80, 0, 0, 0, 0]))),
        ),
      ),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(messages, (list) => send('http/1.1', hello, ...list)),
      { numRuns: Math.ceil(runs / 2) },
    );
    await target.isWell();
  });
});
