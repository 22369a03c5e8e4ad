import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bodyOf, Captured } from './bodies.ts';

function captured(...chunks: readonly (Buffer | string)[]): Captured {
  const made = new Captured();
  for (const chunk of chunks) made.add(chunk);
  return made;
}

const json = 'application/json; charset=utf-8';

test('a body is read in parts, packed or not, and what is no object is none', async () => {
  const read = (made: Captured, type = json, encoding?: string) => bodyOf(made, type, encoding);
  const found = { object: { a: 1 }, isTooLarge: false };
  assert.deepEqual(await read(captured('{"a"', ':1}')), found);
  assert.deepEqual(await read(captured(gzipSync('{"a":1}')), json, 'gzip'), found);
  assert.deepEqual(await read(captured('a: 1'), 'application/yaml'), found);
  for (const made of [captured(), captured('{"a"'), captured(Buffer.from([0xa1, 0x61]))])
    assert.deepEqual(await read(made), { object: undefined, isTooLarge: false });
  assert.deepEqual(await read(captured('x'), json, 'gzip'), { object: undefined, isTooLarge: false });
});

test('too much is left out and said, also when it was packed small', async () => {
  const large = `"${'x'.repeat(17 * 1024 * 1024)}"`;
  const leftOut = { object: undefined, isTooLarge: true };
  assert.deepEqual(await bodyOf(captured(large), json, undefined), leftOut);
  const packed = gzipSync(large);
  assert.ok(packed.length < 100_000);
  assert.deepEqual(await bodyOf(captured(packed), json, 'gzip'), leftOut);
});
