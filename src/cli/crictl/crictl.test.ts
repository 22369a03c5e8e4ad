import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodSandbox } from '../../node/runtime/generated/cri.ts';
import { byPrefix } from './context.ts';
import { age, columns, logText, shortId, size, state } from './format.ts';

test('columns are as wide as their widest cell', () => {
  assert.equal(
    columns([
      ['ID', 'NAME'],
      ['abc', 'x'],
      ['a', ''],
    ]),
    'ID   NAME\nabc  x\na\n',
  );
});

test('ids, ages, sizes and states as crictl shows them', () => {
  assert.equal(shortId('sha256:0123456789abcdef'), '0123456789abc');
  const now = 1_000_000_000;
  assert.deepEqual(
    [5, 300, 7_300, 200_000].map((seconds) => age((now - seconds * 1000) * 1e6, now)),
    ['5s', '5m', '2h', '2d'],
  );
  assert.deepEqual([0, 999, 1_250_000, 3e9].map(size), ['0B', '999B', '1.25MB', '3GB']);
  assert.deepEqual(['CONTAINER_RUNNING', 'SANDBOX_NOTREADY'].map(state), ['Running', 'Notready']);
});

test('lines of a log become what the container wrote', () => {
  assert.deepEqual(logText('2026-01-01T00:00:00.1Z stdout F hello world'), { stream: 'stdout', text: 'hello world\n' });
  assert.deepEqual(logText('2026-01-01T00:00:00.1Z stderr P part '), { stream: 'stderr', text: 'part ' });
  assert.deepEqual(logText('2026-01-01T00:00:00.1Z stdout F '), { stream: 'stdout', text: '\n' });
  assert.equal(logText('garbage'), undefined);
});

test('a shortened id must be that of one thing', () => {
  const pods = [{ id: 'aab' }, { id: 'aac' }] as unknown as PodSandbox[];
  assert.equal(byPrefix(pods, 'aab', 'pod').id, 'aab');
  assert.throws(() => byPrefix(pods, 'aa', 'pod'), /2 of pod have an id that begins with aa/);
  assert.throws(() => byPrefix(pods, 'x', 'pod'), /no pod has an id that begins with x/);
});
