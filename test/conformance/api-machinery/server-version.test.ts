import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startControlPlane } from '../harness/server.ts';

const { api } = await startControlPlane();

test('server version should find the server version', async () => {
  const version = await api.get('/version');
  assert.match(version.major, /^\d+$/);
  assert.match(version.minor, /^\d+$/);
  assert.equal(`v${version.major}.${version.minor}`, /^v\d+\.\d+/.exec(version.gitVersion)?.[0]);
});
