import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireAccess, subresourcesOf } from './access.ts';

test('the subresource of nodes that a path is', () => {
  const cases = {
    '/stats/summary': ['stats'],
    '/metrics/resource': ['metrics'],
    '/metricsx': ['proxy'],
    '/healthz': ['healthz', 'proxy'],
    '/pods': ['pods', 'proxy'],
    '/runningpods/': ['pods', 'proxy'],
    '/containerLogs/a/b/c': ['proxy'],
    '/exec/a/b/c': ['proxy'],
  };
  for (const [path, expected] of Object.entries(cases)) assert.deepEqual(subresourcesOf(path), expected, path);
});

test('masters are not asked about; others may what they are allowed', async () => {
  const request = { method: 'POST', path: '/exec/a/b/c' };
  const never = () => assert.fail('asked');
  await requireAccess({ name: 'a', groups: ['system:masters'] }, request, never);
  await assert.rejects(requireAccess(undefined, request, never), { code: 'Unauthorized', status: 401 });
  const user = { name: 'u', groups: [] };
  await requireAccess(user, request, ({ verb, subresources }) => verb === 'create' && subresources.includes('proxy'));
  await assert.rejects(
    requireAccess(user, request, async () => false),
    {
      code: 'Forbidden',
      message: 'Forbidden (user=u, verb=create, resource=nodes, subresource(s)=[proxy])',
    },
  );
});
