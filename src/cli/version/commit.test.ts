import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sourceCommit } from './commit.ts';

test('the commit of a checkout: a branch, a packed branch, no branch, no checkout', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'commit-'));
  t.after(() => rm(folder, { recursive: true }));
  assert.equal(sourceCommit(folder), '');
  await mkdir(join(folder, '.git/refs/heads'), { recursive: true });
  const write = (name: string, text: string) => writeFile(join(folder, '.git', name), text);
  const [one, two, three] = ['1'.repeat(40), '2'.repeat(40), '3'.repeat(40)];
  await write('HEAD', 'ref: refs/heads/main\n');
  assert.equal(sourceCommit(folder), '', 'a branch without a commit');
  await write('packed-refs', `# pack-refs with: peeled\n${three} refs/heads/another-main\n${one} refs/heads/main\n`);
  assert.equal(sourceCommit(folder), one);
  await write('refs/heads/main', `${two}\n`);
  assert.equal(sourceCommit(folder), two);
  await write('HEAD', `${three}\n`);
  assert.equal(sourceCommit(folder), three);
});
