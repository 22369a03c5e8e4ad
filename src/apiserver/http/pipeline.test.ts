import assert from 'node:assert/strict';
import { request } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';
import type { Attributes, Authorizer } from '../contract.ts';
import { InFlight } from './in-flight.ts';

/** admin may everything; jane may get pods and impersonate user bob. */
const authorizer: Authorizer = {
  authorize({ user, verb, resource }: Attributes) {
    const { plural = '', name = '' } = resource ?? {};
    if (plural === 'secrets' && name === 'bug') throw new Error('a bug in the authorizer');
    if (user.groups.includes('system:masters')) return { decision: 'allow', reason: '' };
    if (user.name === 'jane' && verb === 'get' && plural === 'pods') return { decision: 'allow', reason: '' };
    if (user.name === 'jane' && verb === 'impersonate' && name === 'bob') return { decision: 'allow', reason: '' };
    return { decision: 'no-opinion', reason: user.name === 'mallory' ? 'never' : '' };
  },
};

describe('the way of a request', () => {
  let server: TestServer;
  let admin: TestClient;
  let jane: TestClient;

  before(async () => {
    server = await startTestServer({ authorizer, overrides: { gate: new InFlight({ reads: 400, writes: 0 }) } });
    admin = new TestClient(server, server.admin);
    jane = new TestClient(server, await server.client('jane'));
  });
  after(async () => {
    admin.close();
    jane.close();
    await server.close();
  });

  test('nobody is 401', async () => {
    const client = new TestClient(server);
    const { status, json, headers } = await client.get('/api/v1/pods');
    client.close();
    assert.equal(status, 401);
    assert.deepEqual([json.kind, json.reason, json.message], ['Status', 'Unauthorized', 'Unauthorized']);
    assert.match(String(headers['www-authenticate']), /^Bearer/);
  });

  test('a certificate of a foreign authority is 401', async () => {
    const other = await startTestServer();
    const client = new TestClient(server, other.admin);
    const { status } = await client.get('/api/v1/pods');
    client.close();
    await other.close();
    assert.equal(status, 401);
  });

  test('a refusal is worded as upstream', async () => {
    const list = await jane.get('/api/v1/namespaces/default/secrets');
    assert.equal(list.status, 403);
    assert.equal(
      list.json.message,
      'secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "default"',
    );
    assert.deepEqual(list.json.details, { kind: 'secrets' });
    const scale = await jane.get('/apis/apps/v1/namespaces/a/deployments/x/scale');
    assert.equal(
      scale.json.message,
      'deployments.apps "x" is forbidden: User "jane" cannot get resource "deployments/scale" in API group "apps" in the namespace "a"',
    );
    const nodes = await jane.get('/api/v1/nodes/n');
    assert.match(nodes.json.message, /at the cluster scope$/);
    const path = await jane.get('/metrics');
    assert.equal(path.json.message, 'forbidden: User "jane" cannot get path "/metrics"');
  });

  test('impersonation is asked for, and then counts', async () => {
    const bob = await jane.get('/api/v1/namespaces/default/pods/x', { 'impersonate-user': 'bob' });
    assert.match(bob.json.message, /User "bob" cannot get/);
    const root = await jane.get('/api/v1/pods', { 'impersonate-user': 'root' });
    assert.equal(
      root.json.message,
      'users "root" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
    const masters = await jane.get('/api/v1/pods', {
      'impersonate-user': 'bob',
      'impersonate-group': 'system:masters',
    });
    assert.match(masters.json.message, /^groups "system:masters" is forbidden/);
    const none = await jane.get('/api/v1/pods', { 'impersonate-group': 'system:masters' });
    assert.equal(none.status, 400);
    const full = await admin.get('/api/v1/namespaces/default/pods/x', { 'impersonate-user': 'jane' });
    assert.equal(full.status, 404);
  });

  test('a bug is a 500, and the server goes on', async () => {
    const bug = await admin.get('/api/v1/namespaces/default/secrets/bug');
    assert.equal(bug.status, 500);
    assert.equal(bug.json.reason, 'InternalError');
    assert.equal((await admin.get('/healthz')).text, 'ok');
  });

  test('beyond the bound of requests in flight the answer is 429', async () => {
    const { status, headers, json } = await admin.post('/api/v1/namespaces', { metadata: { name: 'x' } });
    assert.equal(status, 429);
    assert.equal(headers['retry-after'], '1');
    assert.equal(json.reason, 'TooManyRequests');
  });

  test('each answer has an audit id; the caller may choose it', async () => {
    assert.match(String((await admin.get('/version')).headers['audit-id']), /^[0-9a-f-]{36}$/);
    assert.equal((await admin.get('/version', { 'audit-id': 'mine' })).headers['audit-id'], 'mine');
  });

  test('HTTP/1.1 gets the same answers', async () => {
    const { ca, admin: user, url } = server;
    const body = await new Promise<string>((resolve, reject) => {
      const call = request(`${url}/version`, { ca, cert: user.certificatePem, key: user.keyPem }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(`${response.httpVersion} ${response.statusCode} ${text}`));
      });
      call.on('error', reject).end();
    });
    assert.match(body, /^1\.1 200 .*"gitVersion":"v1\.36\.0\+k3ts1"/);
  });
});

test('a request that takes too long is 504, and its signal aborts', async () => {
  let aborted: unknown;
  const slow: Authorizer = { authorize: () => new Promise(() => undefined) };
  const server = await startTestServer({ authorizer: slow, overrides: { requestTimeoutMs: 200 } });
  const client = new TestClient(server, server.admin);
  try {
    const { status, json } = await client.get('/api/v1/pods');
    aborted = json.reason;
    assert.equal(status, 504);
    assert.equal(aborted, 'Timeout');
  } finally {
    client.close();
    await server.close();
  }
});

test('a stop ends watches, says go away, and frees the port', async () => {
  const server = await startTestServer();
  const client = new TestClient(server, server.admin);
  const watch = client.get('/api/v1/pods?watch=true');
  const goaway = new Promise((resolve) => client.session.once('goaway', resolve));
  await client.get('/version');
  const stopped = server.close();
  assert.equal((await watch).status, 200);
  await goaway;
  await stopped;
  const late = new TestClient(server, server.admin);
  await assert.rejects(late.get('/version'));
  late.close();
});

test('a caller may allow less time than the server; nonsense is refused', async () => {
  const slow: Authorizer = { authorize: () => new Promise(() => undefined) };
  const server = await startTestServer({ authorizer: slow });
  const client = new TestClient(server, server.admin);
  try {
    const { status, json } = await client.get('/api/v1/pods?timeout=100ms');
    assert.equal(status, 504);
    assert.equal(json.message, 'Timeout: request did not complete within the allotted timeout');
    const wrong = await client.get('/api/v1/pods?timeout=soon');
    assert.equal(wrong.status, 400);
    assert.equal(wrong.json.message, 'invalid timeout specified in the request URL - time: invalid duration "soon"');
  } finally {
    client.close();
    await server.close();
  }
});

test('a stop with a delay: not ready any more, and served all the same', async () => {
  const server = await startTestServer({ overrides: { shutdownDelayMs: 500 } });
  const client = new TestClient(server, server.admin);
  assert.equal((await client.get('/readyz')).status, 200);
  const stopped = server.close();
  const readiness = await client.get('/readyz?verbose');
  assert.equal(readiness.status, 500);
  assert.match(readiness.text, /\[-\]shutdown failed/);
  assert.equal((await client.get('/livez')).status, 200);
  assert.equal((await client.get('/api/v1/pods')).status, 200);
  client.close();
  await stopped;
});

test('what requests are counted by does not grow with what clients make up', async () => {
  const server = await startTestServer();
  const client = new TestClient(server, server.admin);
  const series = async () =>
    (await client.get('/metrics')).text.split('\n').filter((line) => line.startsWith('apiserver_request_total')).length;
  await client.get('/api/v1/namespaces/default/pods');
  await client.get('/nothing');
  await client.get('/apis/none/v1/things');
  await client.call('BREW', '/nothing');
  await series();
  const before = await series();
  for (let i = 0; i < 50; i++) {
    await client.get(`/apis/g${i}/v1/things${i}`);
    await client.get(`/nothing/${i}`);
    await client.get(`/api/v1/namespaces/n${i}/pods`);
  }
  await client.call('BREW2', '/nothing');
  assert.equal(await series(), before);
  const { text } = await client.get('/metrics');
  assert.match(
    text,
    /apiserver_request_total\{verb="LIST",dry_run="",group="",version="v1",resource="pods",subresource="",scope="namespace",component="apiserver",code="200"\} 51\n/,
  );
  client.close();
  await server.close();
});
