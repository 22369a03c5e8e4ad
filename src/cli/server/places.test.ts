import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { run } from '../../base/process.ts';
import { parseCommandLine } from '../flags/command-line.ts';
import { serverFlags } from './flags.ts';
import { inspectMachine } from './machine.ts';
import { serverOptions } from './options.ts';
import { placeProblems } from './places.ts';

const folder = mkdtempSync(join(tmpdir(), 'places-'));
after(() => rmSync(folder, { recursive: true }));

function problems(dataDir: string, ...more: string[]): Promise<readonly string[]> {
  const line = ['--node-ip', '192.0.2.1', '--data-dir', dataDir, ...more];
  if (!more.includes('-o')) line.push('-o', join(folder, 'kubeconfig'));
  const { settings } = parseCommandLine(serverFlags, line);
  return placeProblems(serverOptions(settings, inspectMachine({ K3TS_RUNTIME_DIR: '/runtime' })));
}

test('folders that are not there yet are fine, and are not made', async () => {
  const path = join(folder, 'a', 'b');
  assert.deepEqual(await problems(path, '--log', join(path, 'c', 'log')), []);
  assert.throws(() => mkdirSync(path), { code: 'ENOENT' });
});

test('what cannot be written to is named with its flag and its reason', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const other = join(folder, 'folder');
  mkdirSync(other);
  const found = await problems(join(file, 'x'), '-o', other, '--log', join(file, 'y', 'z'));
  assert.deepEqual(found, [
    `--data-dir: ${file}/x: ${file} is a file, not a folder`,
    `--write-kubeconfig: ${other}: is a folder; name a file`,
    `--log: ${file}/y: ${file} is a file, not a folder`,
  ]);
});

test('a disk that is read-only or full is refused', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('mounting needs root');
  const [readOnly, full] = [join(folder, 'read-only'), join(folder, 'full')];
  for (const [path, options] of [
    [readOnly, 'ro,size=200m'],
    [full, 'size=1m'],
  ] as const) {
    mkdirSync(path);
    chmodSync(path, 0o700);
    await run('mount', ['-t', 'tmpfs', '-o', options, 'none', path]);
    t.after(() => run('umount', [path]));
  }
  assert.deepEqual(await problems(join(readOnly, 'x')), [`--data-dir: ${readOnly}/x: the file system is read-only`]);
  assert.deepEqual(await problems(full), [
    `--data-dir: ${full}: only 1 MiB are free there; at least 100 MiB are needed`,
  ]);
});
