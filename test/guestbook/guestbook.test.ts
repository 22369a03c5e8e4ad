import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Cluster, startCluster } from '../harness/cluster.ts';
import { until } from '../harness/wait.ts';
import { debianRedisImage, guestbookImage, webImage } from './images.ts';
import { guestbook, nodePort } from './manifests.ts';

/** A visitor beside the node, by the node port. */
function visitor(cluster: Cluster) {
  const url = `http://${cluster.network.nodeAddress}:${nodePort}/cgi-bin/entries`;
  const curl = async (...words: string[]) => (await cluster.outside(['curl', '-sSfm3', ...words, url])).stdout;
  return {
    read: () => curl(),
    write: (entry: string) => curl('-d', `${entry}\n`),
    /** Version and pod of `count` answers. */
    async hosts(count = 20) {
      const seen = new Set<string>();
      for (let asked = 0; asked < count; asked++) seen.add(/version \d+ on \S+/.exec(await curl())?.[0] ?? 'none');
      return [...seen];
    },
    /** Reads without a pause until it is stopped; tells how often that went well, and each failure. */
    visitAllTheTime(t: TestContext) {
      const failures: string[] = [];
      let [reads, stopped] = [0, false];
      const work = (async () => {
        for (; !stopped; reads++) await curl().catch((error: unknown) => failures.push(String(error)));
      })();
      const stop = async () => {
        stopped = true;
        await work;
        return { reads, failures };
      };
      t.after(stop); // also when the test fails
      return stop;
    },
  };
}

test('a guestbook: deployed, used, scaled, rolled, rolled back, deleted', { timeout: 300_000 }, async (t) => {
  const images = [await debianRedisImage(), await guestbookImage(1), await guestbookImage(2)];
  const cluster = await startCluster(t, { images });
  const { kubectl, rollout } = cluster;
  const visit = visitor(cluster);
  const application = guestbook({ title: 'Our guests', dataFolder: join(cluster.dataDir, '../redis') });

  await t.test('it is deployed, and a visitor writes and reads', async () => {
    await cluster.apply(application);
    await rollout('statefulset/redis');
    await rollout('deployment/web');
    await until('the Service to follow its endpoints', visit.read);
    await visit.write('Ada was here');
    await visit.write('Grace, too');
    assert.match(await visit.read(), /^Our guests\nversion 1 on web-\S+\n[\s\S]*Ada was here\n[\s\S]*Grace, too\n/);
  });

  await t.test('it is scaled, and every replica answers with the same entries', async () => {
    await kubectl(['scale', 'deployment', 'web', '--replicas=3']);
    await rollout('deployment/web');
    await until('three to answer', async () => (await visit.hosts()).length === 3);
    assert.match(await visit.read(), /Ada was here/);
  });

  await t.test('entries outlive the pod that stores them', async () => {
    await kubectl(['delete', 'pod', 'redis-0']);
    await rollout('statefulset/redis');
    await until('the entries', async () => (await visit.read()).includes('Ada was here'));
    await rollout('deployment/web');
  });

  await t.test('it is rolled to a new version while visitors see no failure', async (t) => {
    const stop = visit.visitAllTheTime(t);
    await kubectl(['set', 'image', 'deployment/web', `web=${webImage(2)}`]);
    await rollout('deployment/web');
    const { reads, failures } = await stop();
    assert.deepEqual(failures, []);
    assert.ok(reads > 20, `${reads} reads`);
    await until('only version 2', async () => (await visit.hosts()).every((host) => host.startsWith('version 2 ')));
  });

  await t.test('a version that does not start is not rolled out, and is rolled back', async (t) => {
    const stop = visit.visitAllTheTime(t);
    await kubectl(['set', 'image', 'deployment/web', `web=${webImage(3)}`]);
    const stuck = await cluster.tryKubectl(['rollout', 'status', 'deployment/web', '--timeout=30s']);
    assert.match(stuck.stderr, /deployment "web" exceeded its progress deadline/);
    await kubectl(['rollout', 'undo', 'deployment/web']);
    await rollout('deployment/web');
    await kubectl(['rollout', 'undo', 'deployment/web', '--to-revision=1']);
    await rollout('deployment/web');
    assert.deepEqual((await stop()).failures, []);
    await until('only version 1', async () => (await visit.hosts()).every((host) => host.startsWith('version 1 ')));
    const history = await kubectl(['rollout', 'history', 'deployment/web']);
    assert.match(history, /^3 .*\n4 .*\n5 .*/m);
  });

  await t.test('it is deleted, with all that came of it', async () => {
    await kubectl(['delete', '-f', '-', '--timeout=60s'], { input: application });
    const rest = 'all,configmaps,secrets,endpoints,endpointslices,controllerrevisions';
    const left = () => kubectl(['get', rest, '-o', 'name', '-l', 'app in (web, redis)']);
    await until('everything to be gone', async () => (await left()) === '');
    await until('the pods to be gone', async () => (await kubectl(['get', 'pods', '-o', 'name'])) === '');
    await assert.rejects(visit.read(), /Connection refused|Failed to connect/);
  });
});
