import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { secret } from '../api/core/secret.ts';
import type { Secret } from '../api/schema/generated/types/core-v1.ts';
import { ApiError } from '../api/status.ts';
import { silentLogger } from '../base/log.ts';
import { RememberedObjects, rememberedName } from './remembered.ts';

const ref = { namespace: 'a', name: 's' };
const object: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { ...ref, uid: 'u', resourceVersion: '1' },
  data: { k: 'dg==' },
};
const fails = (error: Error) => () => Promise.reject(error);
const away = fails(new Error('connect ECONNREFUSED'));

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'remembered-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

test('what the API said last is the answer while it is away, also after a restart', async (t) => {
  const path = join(await folder(t), 'objects');
  const before = new RememberedObjects(path, silentLogger);
  await assert.rejects(before.find(secret, ref, away), /ECONNREFUSED/, 'it never said anything');
  await before.find(secret, ref, async () => object);
  await before.settled();
  const after = new RememberedObjects(path, silentLogger);
  assert.deepEqual(await after.find(secret, ref, away), object);
  assert.deepEqual(await after.find(secret, ref, fails(new ApiError('ServiceUnavailable', 'no'))), object);
});

test('when the API says no, that is the answer', async (t) => {
  const path = await folder(t);
  const objects = new RememberedObjects(path, silentLogger);
  await objects.find(secret, ref, async () => object);
  await assert.rejects(objects.find(secret, ref, fails(new ApiError('Forbidden', 'no'))), /no/);
  assert.equal(await objects.find(secret, ref, async () => undefined), undefined, 'deleted');
  await objects.settled();
  await assert.rejects(objects.find(secret, ref, away), /ECONNREFUSED/, 'and so forgotten');
});

test('what no pod names any more is removed', async (t) => {
  const path = await folder(t);
  await writeFile(join(path, 'configmaps_a_other.json'), '{}');
  const objects = new RememberedObjects(path, silentLogger);
  await objects.find(secret, ref, async () => object);
  await objects.prune(async (name) => name === rememberedName(secret, ref));
  assert.deepEqual(await readdir(path), ['secrets_a_s.json']);
});
