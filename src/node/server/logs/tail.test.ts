import assert from 'node:assert/strict';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tailStart } from './tail.ts';

test('the beginning of the last lines, over block borders', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-tail-'));
  t.after(() => rm(folder, { recursive: true }));
  const lines = Array.from({ length: 5_000 }, (_none, index) => `${index} ${'x'.repeat(index % 50)}\n`);
  const text = lines.join('');
  const path = join(folder, 'log');
  await writeFile(path, `${text}unfinished`);
  const file = await open(path);
  t.after(() => file.close());
  const tail = async (count: number) => text.slice(await tailStart(file, text.length, count));
  for (const count of [0, 1, 2, 2_000, 4_999, 5_000, 6_000])
    assert.equal(await tail(count), count === 0 ? '' : lines.slice(-count).join(''), `${count}`);
  assert.equal(await tailStart(file, text.length + 'unfinished'.length, 1), text.length - (lines.at(-1)?.length ?? 0));
  assert.equal(await tailStart(file, 0, 3), 0);
});
