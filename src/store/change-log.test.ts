import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChangeLog } from './change-log.ts';

test('a reader that waits is not lost to a batch without changes', async () => {
  const log = new ChangeLog(0);
  const stop = new AbortController();
  const reader = log.changes(0, stop.signal)[Symbol.asyncIterator]();
  const next = reader.next();
  log.push([]);
  log.push([{ type: 'delete', key: '/a', revision: 1 }]);
  assert.deepEqual(await next, { done: false, value: [{ type: 'delete', key: '/a', revision: 1 }] });
  stop.abort();
});
