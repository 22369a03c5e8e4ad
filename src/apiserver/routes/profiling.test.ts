import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer } from '../api-server.test-helper.ts';

test('profiles: only where they are switched on, one at a time, in formats that tools read', async () => {
  const off = await startTestServer();
  const nobody = new TestClient(off, off.admin);
  assert.equal((await nobody.get('/debug/pprof/profile')).status, 404);
  nobody.close();
  await off.close();

  const server = await startTestServer({ overrides: { profiling: true } });
  const admin = new TestClient(server, server.admin);
  try {
    assert.match((await admin.get('/debug/pprof')).text, /^profile/);
    const first = admin.get('/debug/pprof/profile?seconds=0.3');
    const second = await admin.get('/debug/pprof/heap');
    assert.equal(second.status, 429);
    const { status, json } = await first;
    assert.equal(status, 200);
    assert.ok(json.nodes.length > 0 && json.endTime > json.startTime);
    assert.ok((await admin.get('/debug/pprof/allocs?seconds=0.1')).json.head);
    const heap = await admin.get('/debug/pprof/heap');
    assert.ok(heap.json.snapshot.meta.node_fields.includes('self_size'));
    const wrong = await admin.get('/debug/pprof/profile?seconds=1000');
    assert.equal(wrong.status, 400);
    assert.equal(wrong.json.message, 'seconds: 1000: must be more than 0 and at most 45');
  } finally {
    admin.close();
    await server.close();
  }
});

test('health checks are counted', async () => {
  const server = await startTestServer();
  const admin = new TestClient(server, server.admin);
  await admin.get('/readyz');
  const { text } = await admin.get('/metrics/slis');
  admin.close();
  await server.close();
  assert.match(text, /kubernetes_healthcheck\{name="ping",type="readyz"\} 1\n/);
  assert.match(text, /kubernetes_healthchecks_total\{name="shutdown",type="readyz",status="success"\} 1\n/);
});
