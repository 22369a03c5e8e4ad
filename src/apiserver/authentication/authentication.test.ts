import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { namespace } from '../../api/core/namespace.ts';
import { secret } from '../../api/core/secret.ts';
import { serviceAccount } from '../../api/core/service-account.ts';
import { TestClient } from '../api-client.test-helper.ts';
import { type AuthenticationServer, startAuthentication } from './authentication.test-helper.ts';

async function fileWith(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-tokens-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'file'), text);
  return join(folder, 'file');
}

test('a proxy with a certificate of the request-header authority tells who asks', async (t) => {
  const { proxies, whoAmI } = await startAuthentication(t);
  const certificate = await proxies.issue({ name: 'system:auth-proxy' });
  const found = await whoAmI({
    certificate,
    headers: {
      'x-remote-user': 'jane',
      'x-remote-uid': '42',
      // One header with a comma in it is one group: who may choose its name must not get another one by it.
      'x-remote-group': ['dev', 'cn=x,system:masters'],
      'x-remote-extra-example.com%2fteam': ['blue', 'red'],
    },
  });
  assert.deepEqual(found, {
    status: 201,
    username: 'jane',
    uid: '42',
    groups: ['dev', 'cn=x,system:masters', 'system:authenticated'],
    extra: { 'example.com/team': ['blue', 'red'] },
  });
  assert.equal((await whoAmI({ certificate })).status, 401, 'the proxy itself is nobody');
});

test('nobody else is believed about others', async (t) => {
  const { proxies, server, whoAmI } = await startAuthentication(t);
  const headers = { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' };
  const named = (name: string) => proxies.issue({ name });
  assert.equal((await whoAmI({ headers, certificate: await named('another-proxy') })).status, 401);
  assert.equal((await whoAmI({ headers })).status, 401);
  const user = await whoAmI({ headers, certificate: await server.client('jane', ['dev']) });
  assert.deepEqual([user.username, user.groups], ['jane', ['dev', 'system:authenticated']]);
  // A user whose name is that of the proxy is a user all the same.
  const pretender = await whoAmI({ headers, certificate: await server.client('system:auth-proxy') });
  assert.equal(pretender.username, 'system:auth-proxy');
});

test('one connection of a proxy carries many users', async (t) => {
  const { proxies, server } = await startAuthentication(t);
  const connection = new TestClient(server, await proxies.issue({ name: 'system:auth-proxy' }));
  t.after(() => connection.session.destroy());
  const ask = async (name: string) => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const headers = { 'content-type': 'application/json', 'x-remote-user': name };
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    return (await connection.call('POST', path, { body, headers })).json.status.userInfo.username;
  };
  assert.deepEqual([await ask('a'), await ask('b'), await ask('a')], ['a', 'b', 'a']);
});

test("a certificate comes before a token, and its token's owner is not taken for him later", async (t) => {
  const file = await fileWith(t, 'file-token,jane,7,"dev,ops"\n\n"quoted,token",joe,8\n');
  const { bearer, server, whoAmI } = await startAuthentication(t, [`token-auth-file=${file}`]);
  const found = await bearer('file-token');
  assert.deepEqual([found.username, found.uid, found.groups], ['jane', '7', ['dev', 'ops', 'system:authenticated']]);
  assert.equal((await bearer('quoted,token')).username, 'joe');
  assert.equal((await bearer('file-tokeN')).status, 401);
  const both = { certificate: server.admin, headers: { authorization: 'Bearer file-token' } };
  assert.equal((await whoAmI(both)).username, 'admin');
  assert.equal(
    (await whoAmI({ certificate: server.admin, headers: { authorization: 'Bearer wrong' } })).username,
    'admin',
  );
});

test('a token file that will not do is refused with the line', async (t) => {
  for (const [text, expected] of [
    ['a,b\n', /line 1: must have token, user name and UID/],
    ['a,b,c\na,d,e\n', /line 2: the token is there twice/],
    ['"a,b,c\n', /line 1: a quoted field has no end/],
  ] as const)
    await assert.rejects(startAuthentication(t, [`token-auth-file=${await fileWith(t, text)}`]), expected);
  await assert.rejects(startAuthentication(t, ['token-auth-file=/nowhere']), /cannot use the token file \/nowhere/);
});

test('anonymous requests: health only, nowhere, or everywhere', async (t) => {
  const statusOf = async ({ server }: AuthenticationServer, path: string) => {
    const connection = new TestClient(server);
    const { status } = await connection.call('GET', path);
    connection.session.destroy();
    return status;
  };
  const paths = ['/livez', '/readyz', '/healthz', '/livez/ping', '/version', '/api/v1/namespaces'];
  const statuses = async (flags: readonly string[]) => {
    const server = await startAuthentication(t, flags);
    return Promise.all(paths.map((path) => statusOf(server, path)));
  };
  assert.deepEqual(await statuses([]), [200, 200, 200, 401, 401, 401]);
  assert.deepEqual(await statuses(['anonymous-auth=false']), [401, 401, 401, 401, 401, 401]);
  assert.deepEqual(await statuses(['anonymous-auth=true']), [200, 200, 200, 200, 200, 200]);
  const file = await fileWith(
    t,
    'apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\nanonymous: {enabled: true, conditions: [{path: /version}]}\n',
  );
  assert.deepEqual(await statuses([`authentication-config=${file}`]), [401, 401, 401, 401, 200, 401]);
});

test('whoever was nobody on one path is nobody on the next', async (t) => {
  const { server } = await startAuthentication(t);
  const nameless = await server.client('');
  for (const [certificate, headers] of [
    [nameless, {}],
    [undefined, { authorization: 'Basic eDp5' }],
  ] as const) {
    const connection = new TestClient(server, certificate);
    t.after(() => connection.session.destroy());
    const statusOf = async (path: string) => (await connection.call('GET', path, { headers })).status;
    assert.deepEqual(await Promise.all(['/livez', '/version', '/livez', '/api'].map(statusOf)), [200, 401, 200, 401]);
    assert.deepEqual([await statusOf('/livez'), await statusOf('/api')], [200, 401]);
  }
});

async function makeToken({ client }: AuthenticationServer, data: Readonly<Record<string, string>>, type?: string) {
  const stringData = {
    'token-id': 'abcdef',
    'token-secret': '0123456789abcdef',
    'usage-bootstrap-authentication': 'true',
    ...data,
  };
  const metadata = { name: 'bootstrap-token-abcdef', namespace: 'kube-system' };
  await client.create(secret, { metadata, stringData, type: type ?? 'bootstrap.kubernetes.io/token' });
}

test('a bootstrap token that does not hold is refused, whatever is wrong with it', async (t) => {
  const all = await startAuthentication(t);
  await all.client.create(namespace, { metadata: { name: 'kube-system' } });
  const token = 'abcdef.0123456789abcdef';
  const statusWith = async (data: Readonly<Record<string, string>>, type?: string, shown = token) => {
    await makeToken(all, data, type);
    const { status } = await all.bearer(shown);
    await all.client.delete(secret, { namespace: 'kube-system', name: 'bootstrap-token-abcdef' });
    return status;
  };
  const past = new Date(Date.now() - 1000).toISOString();
  assert.equal(await statusWith({ expiration: past }), 401);
  assert.equal(await statusWith({ expiration: 'tomorrow' }), 401);
  assert.equal(await statusWith({ 'usage-bootstrap-authentication': 'false' }), 401);
  assert.equal(await statusWith({ 'token-id': 'fedcba' }), 401);
  assert.equal(await statusWith({ 'auth-extra-groups': 'system:masters' }), 401);
  assert.equal(await statusWith({}, 'Opaque'), 401);
  assert.equal(await statusWith({}, undefined, 'abcdef.0123456789abcdeg'), 401);
  assert.equal(await statusWith({ expiration: new Date(Date.now() + 60_000).toISOString() }), 201);
});

test("a secret's token ends with its secret, and when the secret has another one", async (t) => {
  const all = await startAuthentication(t);
  const { bearer, client, signer } = all;
  await client.create(namespace, { metadata: { name: 'team' } });
  const account = await client.create(serviceAccount, { metadata: { name: 'robot', namespace: 'team' } });
  const make = async (name: string) => {
    const annotations = { 'kubernetes.io/service-account.name': 'robot' };
    const metadata = { name, namespace: 'team', annotations };
    const made = await client.create(secret, { metadata, type: 'kubernetes.io/service-account-token' });
    const token = await signer.signForSecret({
      namespace: 'team',
      serviceAccount: { name: 'robot', uid: account.metadata.uid ?? '' },
      secret: { name, uid: made.metadata.uid ?? '' },
    });
    await client.update(secret, { ...made, data: { token: Buffer.from(token).toString('base64') } });
    return token;
  };
  const [first, second] = [await make('first'), await make('second')];
  assert.equal((await bearer(first)).username, 'system:serviceaccount:team:robot');
  const other = await client.get(secret, { namespace: 'team', name: 'second' });
  await client.update(secret, { ...other, data: { token: Buffer.from('another').toString('base64') } });
  assert.equal((await bearer(second)).status, 401);
  const review = await new TestClient(all.server, all.server.admin).call(
    'POST',
    '/apis/authentication.k8s.io/v1/tokenreviews',
    {
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token: first, audiences: ['vault'] },
      },
      headers: { 'content-type': 'application/json' },
    },
  );
  assert.deepEqual(review.json.status, { user: {}, error: 'invalid bearer token' });
});

test('browsers send their token as a WebSocket protocol', async (t) => {
  const file = await fileWith(t, 'browser-token,jane,7\n');
  const { server } = await startAuthentication(t, [`token-auth-file=${file}`]);
  const { hostname, port } = new URL(server.url);
  const statusWith = (protocol: string, more: Readonly<Record<string, string>> = {}) =>
    new Promise<number>((resolve, reject) => {
      const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
      const headers = {
        ...upgrade,
        ...more,
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'sec-websocket-protocol': protocol,
      };
      const path = '/api/v1/namespaces?watch=true';
      const asked = request({ hostname, port, path, ca: server.ca, headers, agent: false });
      asked.on('upgrade', (_response, socket) => {
        socket.destroy();
        resolve(101);
      });
      asked.on('response', (response) => {
        response.destroy();
        resolve(response.statusCode ?? 0);
      });
      asked.on('error', reject);
      asked.end();
    });
  const encoded = (token: string) =>
    `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;
  assert.notEqual(await statusWith(`${encoded('browser-token')}, base64.binary.k8s.io`), 401);
  assert.equal(await statusWith(`${encoded('wrong')}, base64.binary.k8s.io`), 401);

  const nonsense = { authorization: 'Bearer not a token' };
  assert.notEqual(await statusWith(`${encoded('browser-token')}, base64.binary.k8s.io`, nonsense), 401);
  const other = new TestClient(server);
  t.after(() => other.close());
  const { status } = await other.get('/api/v1/namespaces', nonsense);
  assert.equal(status, 401, 'the same header without the token is nobody');
});
