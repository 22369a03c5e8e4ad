import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { type Cluster, startCluster } from '../harness/cluster.ts';
import { until } from '../harness/wait.ts';

const program = new URL('../../.cache/runtime/current/bin/helm', import.meta.url).pathname;
const chart = join(import.meta.dirname, 'chart');

/** Helm with its own folders beside the server's. A status other than 0 is a result. */
function helmOf(cluster: Cluster) {
  const folder = dirname(cluster.kubeconfig);
  const homes = { CACHE: 'helm/cache', CONFIG: 'helm/config', DATA: 'helm/data' };
  const env = {
    KUBECONFIG: cluster.kubeconfig,
    ...Object.fromEntries(Object.entries(homes).map(([name, path]) => [`HELM_${name}_HOME`, join(folder, path)])),
  };
  const attempt = (...words: string[]) =>
    cluster.inside([program, ...words], { env, allowFailure: true, timeoutMs: 90_000 });
  /** Standard output; throws with what Helm said. */
  const helm = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await attempt(...words);
    assert.equal(exitCode, 0, `helm ${words.join(' ')}: ${stderr}${stdout}`);
    return stdout;
  };
  return { helm, attempt };
}

test('Helm 4: a chart with a custom kind, hooks, lookups and a test', { timeout: 300_000 }, async (t) => {
  const cluster = await startCluster(t);
  const { helm, attempt } = helmOf(cluster);
  const { kubectl } = cluster;
  const history = async () =>
    (JSON.parse(await helm('history', 'corner', '-o', 'json')) as { revision: number; status: string }[]).map(
      ({ revision, status }) => `${revision} ${status}`,
    );
  const greeting = () => kubectl(['get', 'configmap', 'corner', '-o', 'jsonpath={.data.index\\.html}']);
  const password = () => kubectl(['get', 'secret', 'corner', '-o', 'jsonpath={.data.password}']);
  let firstPassword = '';

  await t.test('values and templates are checked before anything is made', async () => {
    assert.match((await attempt('install', 'corner', chart, '--set', 'replicas=-1')).stderr, /minimum: got -1, want 0/);
    assert.match(await helm('list', '-o', 'json'), /^\[\]/);
    assert.match(await helm('template', 'corner', chart), /kind: Discount/);
    assert.match(await helm('lint', chart), /0 chart\(s\) failed/);
  });

  await t.test('a dry run asks the server, looks things up there, and makes nothing', async () => {
    const shown = await helm('install', 'corner', chart, '--dry-run=server', '--hide-secret');
    assert.match(shown, /shop\.example\.com\/nodes: "1"/);
    assert.equal(await kubectl(['get', 'all,secrets', '-l', 'app.kubernetes.io/name=shop', '-o', 'name']), '');
  });

  await t.test('install: definitions, the hook, then everything, until it is ready', async () => {
    const notes = await helm('install', 'corner', chart, '--wait', '--timeout', '60s');
    assert.match(notes, /STATUS: deployed\nREVISION: 1\n[\s\S]*corner greets with "hello"/);
    const { metadata, status } = JSON.parse(
      await kubectl(['get', 'deployment', 'corner', '-o', 'json', '--show-managed-fields']),
    );
    assert.equal(status.readyReplicas, 1);
    const { annotations } = metadata;
    assert.match(annotations['shop.example.com/server'], /^v1\.36\./);
    assert.deepEqual([annotations['shop.example.com/nodes'], annotations['shop.example.com/slices']], ['1', 'true']);
    assert.equal(
      metadata.managedFields.find((entry: { manager: string }) => entry.manager === 'helm').operation,
      'Apply',
    );
    assert.match(await kubectl(['get', 'discount', 'corner']), /^NAME +PERCENT\ncorner +10\n$/);
    assert.equal(await cluster.logs('job/corner-prepare'), 'prepared\n');
    firstPassword = await password();
    assert.equal(Buffer.from(firstPassword, 'base64').length, 16);
  });

  await t.test('what is there is told: list, status, get, history', async () => {
    const [release] = JSON.parse(await helm('list', '-o', 'json'));
    assert.deepEqual([release.name, release.status, release.chart], ['corner', 'deployed', 'shop-1.0.0']);
    assert.match(await helm('status', 'corner'), /STATUS: deployed/);
    assert.match(await helm('get', 'manifest', 'corner'), /kind: Discount/);
    assert.match(await helm('get', 'hooks', 'corner'), /corner-prepare/);
    assert.match(await helm('get', 'notes', 'corner'), /hello/);
    assert.match(await helm('get', 'values', 'corner', '--all'), /greeting: hello/);
    const { stderr } = await attempt('install', 'corner', chart);
    assert.match(stderr, /cannot reuse a name that is still in use/);
  });

  await t.test('test: the pod in the chart passes', async () => {
    assert.match(await helm('test', 'corner', '--logs'), /Phase: +Succeeded[\s\S]*hello from corner, revision 1/);
  });

  await t.test('upgrade: hooks around it, the pods roll, what was looked up stays', async () => {
    await helm('upgrade', 'corner', chart, '--set', 'greeting=welcome,replicas=2', '--wait', '--timeout', '60s');
    assert.match(await greeting(), /^welcome from corner, revision 2\n/);
    assert.equal(await kubectl(['get', 'deployment', 'corner', '-o', 'jsonpath={.status.readyReplicas}']), '2');
    assert.equal(await password(), firstPassword);
    assert.match(
      await kubectl(['get', 'jobs', '-o', 'name']),
      /^job.batch\/corner-migrate\njob.batch\/corner-prepare\n$/,
    );
    assert.deepEqual(await history(), ['1 superseded', '2 deployed']);
  });

  await t.test('an upgrade whose hook fails leaves everything as it was', async () => {
    const { exitCode, stderr } = await attempt(
      ...['upgrade', 'corner', chart, '--set', 'greeting=lost,migration=3', '--timeout', '30s'],
    );
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /pre-upgrade hooks failed: .*corner-migrate/s);
    assert.match(await greeting(), /^welcome/);
    assert.deepEqual(await history(), ['1 superseded', '2 deployed', '3 failed']);
  });

  await t.test('an upgrade that does not get ready is rolled back', async () => {
    const { exitCode, stderr } = await attempt(
      ...[
        'upgrade',
        'corner',
        chart,
        '--set',
        'greeting=never,readyPath=/nothing',
        '--rollback-on-failure',
        '--timeout',
        '6s',
      ],
    );
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /release corner failed, and has been rolled back due to rollback-on-failure being set/);
    assert.match(await greeting(), /^welcome/);
    assert.deepEqual((await history()).slice(-2), ['4 failed', '5 deployed']);
    await cluster.rollout('deployment/corner');
  });

  await t.test('rollback: to the first revision', async () => {
    await helm('rollback', 'corner', '1', '--wait', '--timeout', '60s');
    assert.match(await greeting(), /^hello from corner, revision 1\n/);
    assert.equal(await kubectl(['get', 'deployment', 'corner', '-o', 'jsonpath={.spec.replicas}']), '1');
    assert.equal((await history()).at(-1), '6 deployed');
  });

  await t.test('what somebody else took over is a conflict, until it is forced', async () => {
    await kubectl(['scale', 'deployment/corner', '--replicas=3']);
    const upgrade = ['upgrade', 'corner', chart, '--set', 'replicas=2', '--timeout', '60s'];
    assert.match((await attempt(...upgrade)).stderr, /conflict with "kubectl".*: \.spec\.replicas/);
    await helm(...upgrade, '--force-conflicts', '--wait');
    assert.equal(await kubectl(['get', 'deployment', 'corner', '-o', 'jsonpath={.spec.replicas}']), '2');
  });

  await t.test('uninstall: everything goes but the definition; the last hook runs', async () => {
    assert.match(await helm('uninstall', 'corner', '--wait', '--timeout', '60s'), /release "corner" uninstalled/);
    const kinds = 'deployments,services,discounts,pods';
    const left = () => kubectl(['get', kinds, '-l', 'app.kubernetes.io/instance=corner', '-o', 'name']);
    await until('everything to be gone', async () => (await left()) === '');
    assert.equal((await cluster.tryKubectl(['get', 'secret', 'corner'])).exitCode, 1);
    await kubectl(['get', 'configmap', 'corner-goodbye']);
    await kubectl(['get', 'crd', 'discounts.shop.example.com']);
    assert.equal(await kubectl(['get', 'secrets', '-l', 'owner=helm', '-o', 'name']), '');
  });
});
