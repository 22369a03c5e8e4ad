import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose } from '../harness/api.ts';
import { startControlPlane } from '../harness/server.ts';

const { api, namespace } = await startControlPlane();

const total = 400;
const nameOf = (index: number) => `template-${String(index).padStart(4, '0')}`;

async function createTemplates(): Promise<string> {
  const path = `/api/v1/namespaces/${await namespace('chunking')}/podtemplates`;
  const template = { spec: { containers: [{ name: 'test', image: 'test2' }] } };
  const indexes = Array.from({ length: total }, (_, index) => index);
  while (indexes.length > 0)
    await Promise.all(
      indexes.splice(0, 50).map((index) => api.create(path, { metadata: { name: nameOf(index) }, template })),
    );
  return path;
}

const page = (path: string, limit: number, token?: string) =>
  api.get(`${path}?limit=${limit}${token === undefined ? '' : `&continue=${encodeURIComponent(token)}`}`);

/** Reads from `found` on, a page at a time with limits as `limit` gives them, and returns the resource versions of the pages. */
async function readRest(path: string, from: { token: string; found: number }, limit: () => number) {
  let { token, found } = from;
  const versions = new Set<string>();
  while (token !== '') {
    const size = limit();
    const list = await page(path, size, token);
    checkPage(list, found, size);
    found += list.items.length;
    token = list.metadata.continue ?? '';
    versions.add(list.metadata.resourceVersion);
  }
  assert.equal(found, total);
  return versions;
}

function checkPage(list: Loose, found: number, limit: number): void {
  const names = list.items.map(({ metadata }: Loose) => metadata.name);
  assert.ok(names.length <= limit);
  assert.deepEqual(
    names,
    names.map((_: string, index: number) => nameOf(found + index)),
  );
  const left = total - found - names.length;
  assert.equal(list.metadata.remainingItemCount, left > 0 ? left : undefined);
  assert.equal((list.metadata.continue ?? '') === '', left === 0);
}

test('Servers with support for API chunking should return chunks of results for list calls', async () => {
  const path = await createTemplates();
  const anyLimit = () => Math.floor(Math.random() * (total / 2)) + 1;
  for (let round = 0; round < 3; round++) {
    const limit = anyLimit();
    const first = await page(path, limit);
    checkPage(first, 0, limit);
    const versions = await readRest(path, { token: first.metadata.continue, found: first.items.length }, anyLimit);
    assert.deepEqual([...versions], [first.metadata.resourceVersion], 'every page is of the same version');
  }
  const whole = await api.get(path);
  assert.equal(whole.items.length, total);
  checkPage(whole, 0, total);
});

test('Servers with support for API chunking should support continue listing from the last key if the original version has been compacted away, though the list is inconsistent [Slow]', async () => {
  const path = await createTemplates();
  const oneTenth = total / 10;
  const first = await page(path, oneTenth);
  checkPage(first, 0, oneTenth);
  const token = first.metadata.continue;

  // Upstream waits for etcd's compaction; here as many changes are forgotten as the server remembers.
  let expired: Loose;
  for (let writes = 0; expired === undefined && writes < 20_000; writes += 200) {
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        api.patch(`${path}/${nameOf(index)}`, { metadata: { annotations: { round: `${writes}` } } }),
      ),
    );
    const answer = await api.raw('GET', `${path}?limit=${oneTenth}&continue=${encodeURIComponent(token)}`);
    if (answer.status !== 200) expired = answer.json;
    else assert.equal(answer.json.metadata.resourceVersion, first.metadata.resourceVersion);
  }
  assert.equal(expired?.code, 410);
  assert.equal(expired.reason, 'Expired');
  const inconsistent = expired.metadata.continue;
  assert.ok(inconsistent);

  const second = await page(path, oneTenth, inconsistent);
  checkPage(second, oneTenth, oneTenth);
  assert.notEqual(second.metadata.resourceVersion, first.metadata.resourceVersion);
  const from = { token: second.metadata.continue, found: 2 * oneTenth };
  const versions = await readRest(path, from, () => oneTenth);
  assert.deepEqual([...versions], [second.metadata.resourceVersion]);
});
