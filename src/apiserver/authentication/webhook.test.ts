import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startReviewServer } from '../webhook-client/review-server.test-helper.ts';
import { startAuthentication } from './authentication.test-helper.ts';

async function start(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-webhook-'));
  t.after(() => rm(folder, { recursive: true }));
  const webhook = await startReviewServer(folder);
  t.after(() => webhook.close());
  const flag = `authentication-token-webhook-config-file=${webhook.kubeconfig}`;
  return { folder, webhook, ...(await startAuthentication(t, [flag])) };
}

test('a webhook says whose token it is, and is asked once for a while', async (t) => {
  const { webhook, bearer } = await start(t);
  webhook.answer(({ spec }) =>
    spec.token === 'good'
      ? {
          authenticated: true,
          user: { username: 'jane', uid: '1', groups: ['dev'], extra: { 'example.com/x': ['y'] } },
        }
      : { authenticated: false, error: 'no such token' },
  );
  const expected = { status: 201, username: 'jane', uid: '1', groups: ['dev', 'system:authenticated'] };
  const found = await Promise.all([bearer('good'), bearer('good')]);
  for (const one of found) assert.deepEqual(one, { ...expected, extra: { 'example.com/x': ['y'] } });
  assert.equal(webhook.asked.length, 1);
  assert.equal(webhook.asked[0].kind, 'TokenReview');
  assert.equal((await bearer('bad')).status, 401);
  assert.equal((await bearer('bad')).status, 401);
  assert.equal(webhook.asked.length, 2, 'a bad answer holds as well');
});

test('an answer for other audiences is none; one that fails is tried again', async (t) => {
  const { webhook, bearer, log } = await start(t);
  webhook.answer(() => ({ authenticated: true, audiences: ['vault'], user: { username: 'jane' } }));
  assert.equal((await bearer('for-vault')).status, 401);
  let failures = 1;
  webhook.answer(() => (failures-- > 0 ? 503 : { authenticated: true, user: { username: 'joe' } }));
  assert.equal((await bearer('later')).username, 'joe');
  webhook.answer(() => 403);
  assert.equal((await bearer('refused')).status, 401);
  assert.match(log.join(''), /the answer has the status 403/);
});

test('a kubeconfig that will not do is refused with what it is about', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-webhook-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'kubeconfig');
  const config = (cluster: object, user: object = {}) => ({
    clusters: [{ name: 'a', cluster }],
    users: [{ name: 'b', user }],
    contexts: [{ name: 'c', context: { cluster: 'a', user: 'b' } }],
    'current-context': 'c',
  });
  for (const [content, expected] of [
    [{}, /contexts has no entry that is current/],
    [config({ server: 'http://a' }), /server: "http:\/\/a" must be a URL with https/],
    [config({ server: 'https://a' }, { exec: {} }), /the user b: exec is not supported/],
    [config({ server: 'https://a', 'certificate-authority': 'no-such-file' }), /no-such-file/],
  ] as const) {
    await writeFile(path, JSON.stringify(content));
    await assert.rejects(startAuthentication(t, [`authentication-token-webhook-config-file=${path}`]), expected);
  }
});
