import assert from 'node:assert/strict';
import { mkdtemp, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ensureServerToken, parseToken, TokenError } from './server-token.ts';

const caHash = 'a'.repeat(64);
let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'k3ts-token-'));
});
afterEach(() => rm(dir, { recursive: true }));

const content = async () => (await readFile(join(dir, 'token'), 'utf8')).trim();

test('a token is made at the first start, readable by root only, and kept', async () => {
  await ensureServerToken({ dir, caHash });
  const made = await content();
  assert.match(made, /^K10a{64}::server:[0-9a-f]{32}$/);
  assert.equal((await stat(join(dir, 'token'))).mode & 0o777, 0o600);
  assert.equal(await readlink(join(dir, 'node-token')), 'token');
  await ensureServerToken({ dir, caHash });
  assert.equal(await content(), made);
});

test('a given token is taken at the first start, in both forms later', async () => {
  await ensureServerToken({ dir, caHash, given: 'secret' });
  assert.equal(await content(), `K10${caHash}::server:secret`);
  await ensureServerToken({ dir, caHash, given: 'secret' });
  await ensureServerToken({ dir, caHash, given: `K10${caHash}::server:secret` });
});

for (const [name, given] of [
  ['another secret', 'hunter2'],
  ['another authority', `K10${'b'.repeat(64)}::server:secret`],
  ['half a token', 'K10abc::server:secret'],
] as const) {
  test(`${name} is refused without being shown`, async () => {
    await ensureServerToken({ dir, caHash, given: 'secret' });
    await assert.rejects(ensureServerToken({ dir, caHash, given }), (error) => {
      return error instanceof TokenError && !error.message.includes('hunter2');
    });
    assert.equal(await content(), `K10${caHash}::server:secret`);
  });
}

test('a token names user and authority, or only the secret', () => {
  assert.deepEqual(parseToken(`K10${caHash}::node:x:y`), { caHash, user: 'node', password: 'x:y' });
  assert.deepEqual(parseToken('plain'), { password: 'plain' });
});
