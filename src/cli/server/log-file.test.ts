import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLogFile } from './log-file.ts';

test('a log file stays within its size; the newest files that were put aside are kept, across restarts', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'made', 'k3ts.log');
  const read = (suffix: string) => readFileSync(`${path}${suffix}`, 'utf8');
  let write = openLogFile(path, { maxBytes: 10, keep: 2 });
  write('one\n');
  write('two\n');
  assert.equal(read(''), 'one\ntwo\n');
  write = openLogFile(path, { maxBytes: 10, keep: 2 });
  for (const line of ['three\n', 'a line longer than the bound\n', 'five\n']) write(line);
  assert.deepEqual([read(''), read('.1'), read('.2')], ['five\n', 'a line longer than the bound\n', 'three\n']);
  assert.deepEqual(readdirSync(join(folder, 'made')).sort(), ['k3ts.log', 'k3ts.log.1', 'k3ts.log.2']);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});
