import assert from 'node:assert/strict';
import { test } from 'node:test';
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
