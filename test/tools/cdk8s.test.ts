import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../src/base/process.ts';
import { startCluster } from '../harness/cluster.ts';
import { image } from '../harness/objects.ts';
import { programs } from './node-image.ts';

async function synthesize(greeting: string): Promise<string> {
  const { stdout } = await run(process.execPath, [join(programs, 'cdk8s-app.ts'), image, greeting], {
    timeoutMs: 60_000,
  });
  return stdout;
}

test('cdk8s: what it writes is taken as it is, and runs', { timeout: 240_000 }, async (t) => {
  const cluster = await startCluster(t);
  const kubectl = (...words: string[]) => cluster.kubectl(['--namespace', 'kiosk', ...words]);
  const workloads = async (kind: string) => (await kubectl('get', kind, '-o', 'name')).trim().split('\n');
  const application = await synthesize('hello');

  await t.test('it is created without a warning, and again changes nothing', async () => {
    const created = await cluster.tryKubectl(['apply', '-f', '-'], { input: application });
    assert.deepEqual([created.exitCode, created.stderr], [0, '']);
    assert.equal(created.stdout.match(/ created$/gm)?.length, application.split('\n---\n').length);
    const kinds = 'deployments,statefulsets,services,jobs,cronjobs,ingresses,networkpolicies,configmaps,secrets';
    const generations = () => kubectl('get', kinds, '-o', 'jsonpath={.items[*].metadata.generation}');
    const before = await generations();
    await cluster.apply(application);
    assert.equal(await generations(), before);
    assert.equal((await cluster.tryKubectl(['diff', '-f', '-'], { input: application })).exitCode, 0);
  });

  await t.test('it runs: replicas, volumes, variables, Service, Job, an account with its role', async () => {
    for (const deployment of await workloads('deployments'))
      await kubectl('rollout', 'status', deployment, '--timeout=60s');
    for (const set of await workloads('statefulsets')) await kubectl('rollout', 'status', set, '--timeout=60s');
    const [visit = ''] = await workloads('jobs');
    await kubectl('wait', visit, '--for=condition=Complete', '--timeout=60s');
    assert.equal((await kubectl('logs', visit)).trim().split('\n').at(-1), 'hello');
    const pods = JSON.parse(await kubectl('get', 'pods', '-o', 'json')).items as { metadata: { name: string } }[];
    const web = pods.find(({ metadata }) => metadata.name.includes('-web-'))?.metadata.name ?? '';
    assert.equal(await kubectl('exec', web, '--', 'sh', '-c', 'id -u; echo $PASSWORD'), '1000\nopen sesame\n');
    const account = (await kubectl('get', 'pod', web, '-o', 'jsonpath={.spec.serviceAccountName}')).trim();
    const as = `--as=system:serviceaccount:kiosk:${account}`;
    assert.equal(await kubectl('auth', 'can-i', 'list', 'pods', as), 'yes\n');
    assert.match(await kubectl('describe', 'ingress'), /kiosk\.example\.com/);
    assert.match(await kubectl('get', 'cronjobs'), /0 3 \* \* \* +Europe\/Berlin/);
  });

  await t.test('a new version is applied, and what is gone from it is pruned', async () => {
    const next = (await synthesize('welcome')).replaceAll(/^---\n(?=[^-]*kind: Ingress)[\s\S]*?(?=^---$)/gm, '');
    assert.doesNotMatch(next, /kind: Ingress/);
    const flags = ['--prune', '-l', 'app=kiosk', '--namespace=kiosk'];
    const kinds = ['--prune-allowlist=networking.k8s.io/v1/Ingress'];
    const said = await cluster.kubectl(['apply', ...flags, ...kinds, '-f', '-'], { input: next });
    assert.match(said, /ingress\.networking\.k8s\.io\/\S+ pruned/);
    assert.match(await kubectl('get', 'configmaps', '-l', 'app=kiosk', '-o', 'jsonpath={.items[*].data}'), /welcome/);
  });

  await t.test('it is deleted, and nothing is left', async () => {
    await cluster.kubectl(['delete', '-f', '-', '--ignore-not-found', '--timeout=60s'], { input: application });
    assert.match((await cluster.tryKubectl(['get', 'namespace', 'kiosk'])).stderr, /NotFound/);
  });
});
