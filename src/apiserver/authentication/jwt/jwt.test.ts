import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { exportSPKI, SignJWT } from 'jose';
import { stringify } from 'yaml';
import { FakeClock } from '../../../base/clock.ts';
import { createTestAuthority, type TestAuthority } from '../../certificates.test-helper.ts';
import { startAuthentication } from '../authentication.test-helper.ts';
import { startIssuer, type TestIssuer } from './issuer.test-helper.ts';

// Tokens of real issuers on loopback, through the real HTTP API.
let folder = '';
let authority: TestAuthority;
let issuer: TestIssuer;
let caFile = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k3ts-jwt-'));
  authority = await createTestAuthority();
  issuer = await startIssuer(authority);
  caFile = join(folder, 'ca.crt');
  await writeFile(caFile, authority.certificatePem);
});
after(async () => {
  await issuer.close();
  await rm(folder, { recursive: true });
});

const flags = (...more: readonly string[]) => [
  `oidc-issuer-url=${issuer.url}`,
  'oidc-client-id=k3ts-test',
  `oidc-ca-file=${caFile}`,
  'oidc-signing-algs=ES256',
  ...more,
];

let files = 0;
async function configFile(jwt: readonly object[], more: object = {}): Promise<string> {
  const path = join(folder, `config-${++files}.yaml`);
  await writeConfig(path, jwt, more);
  return path;
}

async function writeConfig(path: string, jwt: readonly object[], more: object = {}): Promise<void> {
  const head = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthenticationConfiguration' };
  await writeFile(path, stringify({ ...head, jwt, ...more }));
}

const authenticator = (of: TestIssuer, more: object = {}) => ({
  issuer: { url: of.url, audiences: ['k3ts-test'], certificateAuthority: authority.certificatePem },
  claimMappings: { username: { claim: 'sub', prefix: 'oidc:' } },
  ...more,
});

test('with flags: name, groups, prefixes and required claims', async (t) => {
  const { bearer } = await startAuthentication(
    t,
    flags('oidc-groups-claim=roles', 'oidc-groups-prefix=idp:', 'oidc-required-claim=hd=example.com'),
  );
  const found = await bearer(await issuer.sign({ roles: ['dev', 'ops'], hd: 'example.com' }));
  assert.equal(found.username, `${issuer.url}#u-1`);
  assert.deepEqual(found.groups, ['idp:dev', 'idp:ops', 'system:authenticated']);
  assert.equal((await bearer(await issuer.sign({ hd: 'elsewhere.com' }))).status, 401);
  assert.equal((await bearer(await issuer.sign())).status, 401);
});

test('an e-mail address is a name only when it is verified', async (t) => {
  const { bearer } = await startAuthentication(t, flags('oidc-username-claim=email'));
  const good = await bearer(await issuer.sign({ email: 'jane@example.com', email_verified: true }));
  assert.equal(good.username, 'jane@example.com');
  assert.equal((await bearer(await issuer.sign({ email: 'jane@example.com', email_verified: false }))).status, 401);
});

test('tokens that do not hold are refused, whatever is wrong with them', async (t) => {
  const { bearer, log } = await startAuthentication(t, flags('oidc-username-prefix=-'));
  const now = Math.floor(Date.now() / 1000);
  const good = await issuer.sign();
  assert.equal((await bearer(good)).username, 'u-1');
  const [head = '', body = '', signature = ''] = good.split('.');
  const header = (fields: object) => Buffer.from(JSON.stringify(fields)).toString('base64url');
  const other = await startIssuer(authority);
  t.after(() => other.close());
  // The oldest trick: the public key, which everybody has, as the secret of a symmetric signature.
  const secret = new TextEncoder().encode(await exportSPKI(issuer.publicKey));
  const confused = new SignJWT({ iss: issuer.url, aud: 'k3ts-test', sub: 'root', exp: now + 60 });
  const cases: Readonly<Record<string, string>> = {
    'for somebody else': await issuer.sign({ aud: 'another' }),
    expired: await issuer.sign({ exp: now - 1 }),
    'not valid yet': await issuer.sign({ nbf: now + 3600 }),
    'without an end': await issuer.sign({ exp: undefined as never }),
    'without a name': await issuer.sign({ sub: undefined as never }),
    'of another key under our name': await other.sign({ iss: issuer.url }),
    'of an unknown key': await other.sign({ iss: issuer.url }, { kid: 'never-seen' }),
    'without a signature': `${header({ alg: 'none' })}.${body}.`,
    'with a symmetric signature': await confused.setProtectedHeader({ alg: 'HS256', kid: 'key-1' }).sign(secret),
    'with another body': `${head}.${Buffer.from('{"iss":"').toString('base64url')}.${signature}`,
    'with a key of its own': `${header({ alg: 'ES256', jwk: {}, kid: 'x' })}.${body}.${signature}`,
    'with an extension that must be understood': `${header({ alg: 'ES256', crit: ['x'], x: 1 })}.${body}.${signature}`,
    'far too long': `${head}.${body}.${'A'.repeat(40_000)}`,
    'of an issuer that nobody trusts': await other.sign(),
  };
  for (const [what, token] of Object.entries(cases)) assert.equal((await bearer(token)).status, 401, what);
  const lines = log.join('');
  for (const token of Object.values(cases)) assert.ok(!lines.includes(token.slice(0, 100)), 'no token in the log');
  assert.match(lines, /requests not authenticated/);
});

test('claims become users by expressions; rules of claims and of users decide', async (t) => {
  const path = await configFile([
    authenticator(issuer, {
      claimValidationRules: [{ expression: 'claims.tenant == "blue"', message: 'only blue' }],
      claimMappings: {
        username: { expression: '"blue:" + claims.sub' },
        groups: { expression: 'claims.roles.split(",")' },
        uid: { claim: 'id' },
        extra: [{ key: 'example.com/tenant', valueExpression: 'claims.tenant' }],
      },
      userValidationRules: [
        { expression: '!user.username.startsWith("system:")', message: 'no system users' },
        { expression: 'user.groups.all(g, !g.startsWith("system:"))', message: 'no system groups' },
      ],
    }),
  ]);
  const { bearer, log } = await startAuthentication(t, [`authentication-config=${path}`]);
  const found = await bearer(await issuer.sign({ tenant: 'blue', roles: 'a,b', id: '42' }));
  assert.deepEqual(found, {
    status: 201,
    username: 'blue:u-1',
    uid: '42',
    groups: ['a', 'b', 'system:authenticated'],
    extra: { 'example.com/tenant': ['blue'] },
  });
  assert.equal((await bearer(await issuer.sign({ tenant: 'red', roles: 'a' }))).status, 401);
  assert.match(log.join(''), /only blue/);
  assert.equal((await bearer(await issuer.sign({ tenant: 'blue', roles: 'system:masters' }))).status, 401);
  assert.equal((await bearer(await issuer.sign({ tenant: 'blue' }))).status, 401);
});

test('several issuers, and a file that changes', async (t) => {
  const second = await startIssuer(authority, '/realms/two');
  t.after(() => second.close());
  const clock = new FakeClock(Date.now());
  const path = await configFile([authenticator(issuer)]);
  const { bearer, log } = await startAuthentication(t, [`authentication-config=${path}`], { clock });
  const settle = async () => {
    await clock.advance(10_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  assert.equal((await bearer(await issuer.sign())).username, 'oidc:u-1');
  assert.equal((await bearer(await second.sign())).status, 401);

  await writeConfig(path, [
    authenticator(issuer),
    authenticator(second, { claimMappings: { username: { claim: 'sub', prefix: 'two:' } } }),
  ]);
  await settle();
  assert.equal((await bearer(await second.sign())).username, 'two:u-1');
  assert.equal((await bearer(await issuer.sign())).username, 'oidc:u-1');

  await writeConfig(path, [authenticator(second, { claimMappings: {} })]);
  await settle();
  assert.match(log.join(''), /cannot use the changed authentication configuration.*claimMappings.username/);
  assert.equal((await bearer(await second.sign())).username, 'two:u-1');

  await writeConfig(path, []);
  await settle();
  assert.equal((await bearer(await second.sign({ sub: 'another' }))).status, 401);
});

test('a new key is fetched when it is first seen, and unknown ones do not make the issuer be asked on and on', async (t) => {
  const own = await startIssuer(authority);
  t.after(() => own.close());
  const clock = new FakeClock(Date.now());
  const path = await configFile([authenticator(own)]);
  const { bearer } = await startAuthentication(t, [`authentication-config=${path}`], { clock });
  assert.equal((await bearer(await own.sign())).status, 201);
  const asked = own.asked.length;
  assert.equal((await bearer(await own.sign({ sub: 'again' }))).status, 201);
  assert.equal(own.asked.length, asked, 'keys are kept');
  await own.rotate();
  await clock.advance(10_000);
  assert.equal((await bearer(await own.sign())).username, 'oidc:u-1');
  const after = own.asked.length;
  assert.equal(after, asked + 2, 'the document and the keys');
  for (let at = 0; at < 20; at++)
    assert.equal((await bearer(await own.sign({}, { kid: `made-up-${at}` }))).status, 401);
  assert.equal(own.asked.length, after);
});

test('an issuer that does not answer holds up its own tokens and nothing else', async (t) => {
  const slow = await startIssuer(authority);
  t.after(() => slow.close());
  let release = () => {};
  slow.hold(new Promise((resolve) => (release = resolve)));
  const path = await configFile([authenticator(slow), authenticator(issuer)]);
  const { bearer, server, whoAmI } = await startAuthentication(t, [`authentication-config=${path}`]);
  const waiting = Promise.all([1, 2, 3].map(async () => bearer(await slow.sign())));
  assert.equal((await bearer(await issuer.sign())).status, 201);
  assert.equal((await whoAmI({ certificate: server.admin })).username, 'admin');
  release();
  assert.deepEqual(
    (await waiting).map(({ status }) => status),
    [201, 201, 201],
  );
  assert.equal(slow.asked.filter((path) => path.endsWith('openid-configuration')).length, 1);
});

test('an issuer that cannot be reached, or whose certificate nobody trusts, is told in the log', async (t) => {
  const untrusted = { url: issuer.url, audiences: ['k3ts-test'] };
  const claimMappings = { username: { claim: 'sub', prefix: '' } };
  const path = await configFile([
    { issuer: untrusted, claimMappings },
    { issuer: { ...untrusted, url: 'https://127.0.0.1:9' }, claimMappings },
  ]);
  const { bearer, log } = await startAuthentication(t, [`authentication-config=${path}`]);
  assert.equal((await bearer(await issuer.sign())).status, 401);
  assert.equal((await bearer(await issuer.sign({ iss: 'https://127.0.0.1:9' }))).status, 401);
  assert.match(log.join(''), /cannot get the keys of an issuer.*certificate/);
  assert.match(log.join(''), /cannot fetch https:\/\/127\.0\.0\.1:9\/.*ECONNREFUSED/);
});

test('the issuer of service-account tokens is nobody else', async (t) => {
  const issuer = { url: 'https://kubernetes.default.svc.cluster.local', audiences: ['x'] };
  const file = await configFile([{ issuer, claimMappings: { username: { claim: 'sub', prefix: '' } } }]);
  for (const given of [
    [`authentication-config=${file}`],
    [`oidc-issuer-url=${issuer.url}`, 'oidc-client-id=x', 'oidc-username-prefix=-'],
  ])
    await assert.rejects(startAuthentication(t, given), /must not be the issuer of service-account tokens/);
});

test('a configuration that will not do is refused with all that is wrong', async (t) => {
  const good = authenticator(issuer);
  const mapped = (username: object) => ({ ...good, claimMappings: { username } });
  const cases: readonly (readonly [readonly object[], RegExp])[] = [
    [[{ ...good, issuer: { ...good.issuer, url: 'http://a' } }], /jwt\[0\]\.issuer\.url: .*URL scheme must be https/],
    [[{ ...good, issuer: { ...good.issuer, audiences: [] } }], /issuer\.audiences: Required value/],
    [[{ ...good, issuer: { ...good.issuer, audiences: ['a', 'b'] } }], /audienceMatchPolicy: must be MatchAny/],
    [
      [{ ...good, issuer: { ...good.issuer, certificateAuthority: 'x' } }],
      /certificateAuthority: must be certificates/,
    ],
    [[good, good], /jwt\[1\]\.issuer\.url: Duplicate value/],
    [[mapped({ claim: 'sub' })], /claimMappings\.username\.prefix: Required value/],
    [[mapped({ claim: 'sub', prefix: '', expression: 'claims.sub' })], /claim and expression can't both be set/],
    [[mapped({ expression: 'claims.email' })], /claims\.email_verified must be used/],
    [[mapped({ expression: 'nobody.sub' })], /expression 'nobody\.sub': .*undeclared reference to 'nobody'/],
    [[{ ...good, claimValidationRule: [] }], /jwt\[0\]\.claimValidationRule: unknown field/],
    [[{ ...good, claimValidationRules: [{ claim: 'a', message: 'b' }] }], /message can't be set when claim is set/],
  ];
  for (const [jwt, expected] of cases) {
    const path = await configFile(jwt);
    await assert.rejects(startAuthentication(t, [`authentication-config=${path}`]), expected);
  }
  const path = await configFile([], { anonymous: { enabled: false, conditions: [{ path: '/livez' }] } });
  await assert.rejects(
    startAuthentication(t, [`authentication-config=${path}`]),
    /anonymous\.conditions: must be empty/,
  );
});
