import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startControlPlane } from '../harness/server.ts';

/** Upstream's test of the health handlers; no conformance row. */
const { api } = await startControlPlane();

test('health handlers should contain necessary checks', async () => {
  for (const [path, checks] of [
    ['/healthz', ['ping', 'etcd']],
    ['/livez', ['ping', 'etcd']],
    ['/readyz', ['ping', 'etcd', 'shutdown']],
  ] as const) {
    assert.equal((await api.raw('GET', path)).text, 'ok');
    const { status, text } = await api.raw('GET', `${path}?verbose=1`);
    assert.equal(status, 200);
    for (const check of checks) {
      assert.ok(text.includes(`[+]${check} ok`), `${check} in ${path}: ${text}`);
      assert.equal((await api.raw('GET', `${path}/${check}`)).text, 'ok', `${path}/${check}`);
    }
    assert.ok(text.trimEnd().endsWith(`${path.slice(1)} check passed`), text);
    assert.equal(text.includes('shutdown'), path === '/readyz', 'a server that ends is well, but not ready');
    const excluded = await api.raw('GET', `${path}?verbose=1&exclude=etcd`);
    assert.ok(excluded.text.includes('[+]etcd excluded: ok'), excluded.text);
  }
});
