import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer } from '../api-server.test-helper.ts';

test('health, version, paths and documents', async (t) => {
  let etcd = true;
  const check = () => {
    if (!etcd) throw new Error('the disk is gone');
  };
  const server = await startTestServer({ overrides: { checks: [{ name: 'etcd', check }] } });
  const client = new TestClient(server, server.admin);
  t.after(async () => {
    client.close();
    await server.close();
  });

  await t.test('all well', async () => {
    assert.equal((await client.get('/readyz')).text, 'ok');
    assert.equal(
      (await client.get('/readyz?verbose')).text,
      '[+]ping ok\n[+]shutdown ok\n[+]etcd ok\nreadyz check passed\n',
    );
    assert.equal((await client.get('/livez/etcd')).text, 'ok');
    assert.equal((await client.get('/livez/shutdown')).status, 404);
  });

  await t.test('the old component statuses say the same', async () => {
    const { json } = await client.get('/api/v1/componentstatuses');
    assert.deepEqual(
      json.items.map((item: { metadata: { name: string } }) => item.metadata.name),
      ['ping', 'shutdown', 'etcd'],
    );
    assert.equal((await client.get('/api/v1/componentstatuses/etcd')).json.conditions[0].status, 'True');
    assert.equal((await client.get('/api/v1/componentstatuses/none')).status, 404);
  });

  await t.test('one check fails', async () => {
    etcd = false;
    const { status, text } = await client.get('/readyz');
    assert.equal(status, 500);
    assert.match(text, /\[-\]etcd failed: reason withheld\nreadyz check failed\n$/);
    assert.equal((await client.get('/readyz?exclude=etcd')).text, 'ok');
    assert.match((await client.get('/readyz?exclude=no&exclude=etcd&verbose')).text, /no matches for "no"/);
    assert.equal((await client.get('/healthz/etcd')).status, 500);
  });

  await t.test('documents come with an ETag', async () => {
    const first = await client.get('/apis', {
      accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json',
    });
    assert.equal(first.json.kind, 'APIGroupDiscoveryList');
    assert.match(String(first.headers['content-type']), /as=APIGroupDiscoveryList$/);
    const again = await client.get('/apis', {
      accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
      'if-none-match': String(first.headers.etag),
    });
    assert.deepEqual([again.status, again.text], [304, '']);
    assert.equal((await client.get('/apis')).json.kind, 'APIGroupList');
    const v3 = await client.get('/openapi/v3');
    const target = v3.json.paths['apis/apps/v1'].serverRelativeURL;
    const apps = await client.get(target);
    assert.ok(apps.json.paths['/apis/apps/v1/deployments']);
    assert.equal((await client.get('/openapi/v3/apis/none/v1')).status, 404);
    assert.equal((await client.get('/openapi/v2')).json.swagger, '2.0');
  });

  await t.test('the rest of the paths', async () => {
    const { json } = await client.get('/');
    for (const path of ['/api', '/api/v1', '/apis/apps/v1', '/healthz', '/openapi/v2', '/version'])
      assert.ok(json.paths.includes(path), path);
    assert.equal((await client.get('/nothing')).status, 404);
    assert.equal((await client.post('/version', {})).status, 405);
    const version = (await client.get('/version')).json;
    assert.deepEqual([version.major, version.minor, version.compiler], ['1', '36', 'v8']);
    const metrics = (await client.get('/metrics')).text;
    assert.match(metrics, /apiserver_request_total\{verb="GET",.*code="200"\} \d+/);
    assert.match(metrics, /nodejs_eventloop_lag_seconds\{quantile="0.99"\} [\d.e-]+/);
    assert.equal((await client.get('/.well-known/openid-configuration')).json.issuer, 'https://kubernetes.default.svc');
  });
});
