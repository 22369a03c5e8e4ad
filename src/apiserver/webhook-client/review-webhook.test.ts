import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FakeClock } from '../../base/clock.ts';
import { createLogger } from '../../base/log.ts';
import { startReviewServer } from './review-server.test-helper.ts';
import { openReviewWebhook } from './review-webhook.ts';

async function start(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-webhook-'));
  t.after(() => rm(folder, { recursive: true }));
  const servers = await Promise.all([startReviewServer(folder), startReviewServer(folder)]);
  for (const [at, server] of servers.entries()) {
    server.answer(() => ({ at }));
    t.after(() => server.close());
  }
  const [first, second] = servers.map(({ kubeconfig }) => kubeconfig) as [string, string];
  const path = join(folder, 'kubeconfig');
  await copyFile(first, path);
  const clock = new FakeClock();
  const lines: string[] = [];
  const log = createLogger({ write: (line) => lines.push(line) });
  const webhook = await openReviewWebhook(path, { clock, log });
  t.after(() => webhook.close());
  const ask = async () =>
    ((await webhook.ask({}, AbortSignal.timeout(5000))) as { readonly status: { readonly at: number } }).status.at;
  return { ask, path, second, clock, lines };
}

test('a kubeconfig that was replaced counts soon: another server, other authorities and certificates', async (t) => {
  const { ask, path, second, clock, lines } = await start(t);
  assert.equal(await ask(), 0);
  await copyFile(second, path);
  assert.equal(await ask(), 0, 'just looked at');
  await clock.advance(10_000);
  assert.deepEqual(await Promise.all([ask(), ask()]), [1, 1]);
  assert.match(lines.join(''), /kubeconfig of a webhook taken over/);
});

test('with a kubeconfig that will not do, the one before goes on', async (t) => {
  const { ask, path, second, clock, lines } = await start(t);
  await writeFile(path, 'clusters: [');
  await clock.advance(10_000);
  assert.equal(await ask(), 0);
  assert.match(lines.join(''), /cannot use the changed kubeconfig/);
  await copyFile(second, path);
  await clock.advance(10_000);
  assert.equal(await ask(), 1);
});
