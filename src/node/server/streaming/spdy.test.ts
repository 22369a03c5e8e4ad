import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { constants, inflateSync } from 'node:zlib';
import { SpdyClient } from './spdy.ts';

class Wire extends Duplex {
  sent = Buffer.alloc(0);
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.sent = Buffer.concat([this.sent, chunk]);
    done();
  }
}

function connect(head = Buffer.alloc(0)) {
  const wire = new Wire();
  const heard: string[] = [];
  const client = new SpdyClient(wire, head, {
    data: (streamId, chunk) => heard.push(`${streamId}: ${chunk}`),
    end: (streamId) => heard.push(`${streamId} ended`),
    closed: (error) => heard.push(`closed ${error?.message ?? ''}`),
  });
  return { wire, heard, client };
}

const data = (streamId: number, text: string, flags = 0) =>
  Buffer.concat([Buffer.from([0, 0, 0, streamId, flags, 0, 0, text.length]), Buffer.from(text)]);
const reset = (streamId: number) => Buffer.from([0x80, 3, 0, 3, 0, 0, 0, 8, 0, 0, 0, streamId, 0, 0, 0, 5]);

test('header blocks of all streams are one zlib stream of name and value pairs', () => {
  const { wire, client } = connect();
  assert.deepEqual([client.openStream({ streamtype: 'error' }), client.openStream({ a: 'b', c: '' })], [1, 3]);
  const blocks: Buffer[] = [];
  for (let at = 0; at < wire.sent.length; ) {
    const length = wire.sent.readUIntBE(at + 5, 3);
    assert.equal(wire.sent.readUInt32BE(at), 0x80030001);
    blocks.push(wire.sent.subarray(at + 18, at + 8 + length));
    at += 8 + length;
  }
  const plain = inflateSync(Buffer.concat(blocks), { finishFlush: constants.Z_SYNC_FLUSH });
  const text = (value: string) => `\0\0\0${String.fromCharCode(value.length)}${value}`;
  assert.equal(
    plain.toString('latin1'),
    `\0\0\0\x01${text('streamtype')}${text('error')}\0\0\0\x02${text('a')}${text('b')}${text('c')}${text('')}`,
  );
});

test('frames are read from pieces of any size; data is not held back', async () => {
  const bytes = Buffer.concat([data(1, 'hello'), data(3, ''), data(3, 'x', 1), reset(1)]);
  for (const size of [1, 5, 9, 1000]) {
    const { wire, heard } = connect(bytes.subarray(0, 3));
    for (let at = 3; at < bytes.length; at += size) wire.push(bytes.subarray(at, at + size));
    await turn();
    const joined = heard.filter((line) => line.startsWith('1: ')).map((line) => line.slice(3));
    assert.equal(joined.join(''), 'hello');
    assert.deepEqual(heard.slice(-3), ['3: x', '3 ended', '1 ended']);
  }
});

test('a ping of the other side is answered, one of ours is not', async () => {
  const { wire } = connect();
  const ping = (id: number) => Buffer.from([0x80, 3, 0, 6, 0, 0, 0, 4, 0, 0, 0, id]);
  wire.push(Buffer.concat([ping(1), ping(2)]));
  await turn();
  assert.deepEqual(wire.sent, ping(2));
});

test('a control frame beyond all measure ends the connection', async () => {
  const { wire, heard } = connect();
  wire.push(Buffer.from([0x80, 3, 0, 2, 0, 255, 255, 255]));
  await turn();
  assert.deepEqual(heard, ['closed SPDY control frame of 16777215 bytes; at most 65536 are accepted']);
  assert.ok(wire.destroyed);
});

test('data and half-close as they go over the wire', () => {
  const { wire, client } = connect();
  client.write(5, Buffer.from('ab'));
  client.end(5);
  assert.deepEqual(wire.sent, Buffer.concat([data(5, 'ab'), data(5, '', 1)]));
});
