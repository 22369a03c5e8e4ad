import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isApiError } from '../../api/status.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createTestAuthority } from '../certificates.test-helper.ts';
import { bootstrapTokens } from './bootstrap-token.ts';
import { JwtTokens } from './jwt/jwt.ts';
import { serviceAccountTokens } from './service-account.ts';
import { createTokenSigner } from './service-account-token.ts';
import { forOwnAudiences, unionTokens, withoutToken } from './token.ts';
import { unauthorized } from './unauthorized.ts';

const { signal } = new AbortController();
const own = ['k3ts'];
const knows = (name: string) => forOwnAudiences(own, (token) => (token === name ? { name, groups: [] } : undefined));
const refuses = (why: string) => forOwnAudiences(own, () => Promise.reject(unauthorized(why)));

test('a kind that refuses does not keep another from knowing the token', async () => {
  const tokens = unionTokens([refuses('not mine'), knows('a')]);
  const found = await tokens.authenticateToken('a', { audiences: own, signal });
  assert.deepEqual(found?.user, { name: 'a', groups: ['system:authenticated'] });
  await assert.rejects(tokens.authenticateToken('b', { audiences: own, signal }), (error: Error) => {
    assert.equal(error.message, 'Unauthorized');
    assert.match(String((error.cause as Error).message), /not mine/);
    return true;
  });
});

test('tokens that say nothing of audiences are for this server only', async () => {
  const tokens = unionTokens([knows('a')]);
  assert.equal(await tokens.authenticateToken('a', { audiences: ['vault'], signal }), undefined);
  const found = await tokens.authenticateToken('a', { audiences: ['vault', 'k3ts'], signal });
  assert.deepEqual(found?.audiences, ['k3ts']);
});

test('a failure that is no refusal is not taken for one', async () => {
  const broken = forOwnAudiences(own, () => Promise.reject(new Error('disk')));
  await assert.rejects(unionTokens([broken]).authenticateToken('a', { audiences: own, signal }), /disk/);
});

test('the token of a WebSocket is not passed on', () => {
  const token = 'base64url.bearer.authorization.k8s.io.c2VjcmV0';
  assert.equal(withoutToken(`${token}, v5.channel.k8s.io, v4.channel.k8s.io`), 'v5.channel.k8s.io, v4.channel.k8s.io');
  assert.equal(withoutToken(token), undefined);
  assert.equal(withoutToken(undefined), undefined);
});

test('made-up tokens are refused or unknown, and nothing else', async () => {
  const keyPem = (await (await createTestAuthority()).issue({ name: 'signer' })).keyPem;
  const issuer = 'https://issuer.test';
  const signer = createTokenSigner({ keyPem, issuer, clock: systemClock });
  const empty = { get: () => undefined, by: () => [], list: () => [] } as never;
  const subjects = { serviceAccounts: empty, pods: empty, secrets: empty, nodes: empty };
  const jwt = new JwtTokens({
    clock: systemClock,
    log: silentLogger,
    fetch: () => Promise.reject(new Error('offline')),
  });
  await jwt.configure([
    {
      issuerUrl: 'https://login.test',
      audiences: ['a'],
      algorithms: ['RS256', 'ES256'],
      claimRules: [],
      username: { claim: 'sub', prefix: '' },
      extra: [],
      userRules: [],
    },
  ]);
  const tokens = unionTokens([
    serviceAccountTokens({ signer, subjects, audiences: own, clock: systemClock }),
    bootstrapTokens(empty, own, systemClock),
    jwt.authenticator(own),
  ]);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');
  const issuers = fc.constantFrom(issuer, 'https://login.test', 'kubernetes/serviceaccount', '', null, 5, {});
  const claims = fc.record({ iss: issuers, aud: fc.anything(), exp: fc.anything(), 'kubernetes.io': fc.anything() });
  const header = fc.record({
    alg: fc.constantFrom('none', 'ES256', 'HS256', '', null),
    kid: fc.anything(),
    crit: fc.anything(),
  });
  const made = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[a-z0-9]{6}\.[a-z0-9]{16}$/),
    fc
      .tuple(header, fc.oneof(claims, fc.anything()), fc.string())
      .map(([head, body, signature]) =>
        [encode(head), encode(body), Buffer.from(signature).toString('base64url')].join('.'),
      ),
  );
  await fc.assert(
    fc.asyncProperty(made, async (token) => {
      const answer = await tokens.authenticateToken(token, { audiences: own, signal }).catch((error: unknown) => {
        assert.ok(isApiError(error, 'Unauthorized'), String(error));
      });
      assert.equal(answer, undefined);
    }),
    { numRuns: 500 },
  );
});

test('tokens of a former issuer hold; those of an unknown one are not ours', async () => {
  const keyPem = (await (await createTestAuthority()).issue({ name: 'signer' })).keyPem;
  const claims = { namespace: 'a', serviceAccount: { name: 'b', uid: 'c' }, audiences: ['x'] };
  const before = createTokenSigner({ keyPem, issuer: 'https://old.test', clock: systemClock });
  const { token } = await before.sign(claims, 600);
  const now = createTokenSigner({
    keyPem,
    issuer: 'https://new.test',
    formerIssuers: ['https://old.test'],
    clock: systemClock,
  });
  assert.equal((await now.verify(token))?.namespace, 'a');
  const other = createTokenSigner({ keyPem, issuer: 'https://new.test', clock: systemClock });
  assert.equal(await other.verify(token), undefined);
});
