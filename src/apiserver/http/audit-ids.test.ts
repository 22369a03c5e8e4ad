import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuditIds } from './audit-ids.ts';

test('ids are UUIDs of version 4 in form, each one another', () => {
  const [here, there] = [new AuditIds(), new AuditIds()];
  const ids = Array.from({ length: 300 }, () => [here.next(), there.next()]).flat();
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
