import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { type Cluster, startCluster } from '../harness/cluster.ts';
import { image, manifest, pod, podSpec, service, shell, webContainer, workload } from '../harness/objects.ts';
import { until } from '../harness/wait.ts';
import { testCache } from '../images/images.ts';
import { cases, type KubectlCase } from './commands.ts';

const programs = [
  ['1.35', new URL('../../.cache/runtime/current/bin/kubectl', import.meta.url).pathname],
  ['1.33', join(testCache, 'bin/kubectl-1.33')],
] as const;

/** Words as a shell would part them: quotes of both kinds keep blanks. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
  );
}

test('kubectl of two versions', { timeout: 420_000 }, async (t) => {
  const cluster = await startCluster(t);
  const folder = dirname(cluster.kubeconfig);
  await writeFile(join(folder, 'file'), 'content\n');
  for (const [from, to] of [
    ['serving-kube-apiserver.crt', 'tls.crt'],
    ['serving-kube-apiserver.key', 'tls.key'],
  ] as const)
    await writeFile(join(folder, to), await readFile(join(cluster.dataDir, 'server/tls', from)));

  for (const [version, program] of programs)
    await t.test(`kubectl ${version}`, async (ofVersion) => {
      const space = `v${version.replace('.', '-')}`;
      await cluster.kubectl(['create', 'namespace', space]);
      await cluster.kubectl(['apply', '-n', space, '-f', '-'], {
        input: manifest(
          workload('Deployment', 'web', podSpec({ ...webContainer(), name: 'web' }), { replicas: 2 }),
          service('web'),
          pod('client', shell('while :; do echo tick; sleep 0.3; done')),
        ),
      });
      await cluster.kubectl(['rollout', 'status', 'deployment/web', '-n', space, '--timeout=30s']);
      await cluster.kubectl(['wait', '--for=condition=Ready', 'pod/client', '-n', space, '--timeout=30s']);
      for (const each of cases)
        await ofVersion.test(each.run.slice(0, 90), () => runCase(cluster, each, { space, program, folder }));
      await ofVersion.test('port-forward', () => forward(cluster, { space, program }));
      await ofVersion.test('attach', async () => {
        // It goes on as long as the container does.
        const words = ['timeout', '2', program, 'attach', '-n', space, 'ticking'];
        const env = { KUBECONFIG: cluster.kubeconfig };
        assert.match((await cluster.inside(words, { env, allowFailure: true })).stdout, /^(tick\n)+$/);
      });
      await ofVersion.test('delete namespace', async () => {
        await cluster.kubectl(['delete', 'namespace', space, '--timeout=30s'], { program });
      });
    });
});

interface Place {
  readonly space: string;
  readonly program: string;
}

async function runCase(cluster: Cluster, each: KubectlCase, place: Place & { folder: string }): Promise<void> {
  const { space, program, folder } = place;
  const fill = (text: string) =>
    text
      .replaceAll('SPACE', space)
      .replaceAll('IMAGENAME', 'busybox')
      .replaceAll(/IMAGE\b/g, image)
      .replaceAll('~/', `${folder}/`);
  const { says, never, fails = false } = each;
  const words = ['--namespace', space, ...wordsOf(fill(each.run))];
  const attempt = async () => {
    const result = await cluster.tryKubectl(words, {
      program,
      timeoutMs: 45_000,
      ...(each.input !== undefined && { input: each.input }),
      ...(each.env && { env: each.env }),
    });
    return { ...result, text: result.stdout + result.stderr };
  };
  const pattern = says && new RegExp(fill(says.source), says.flags);
  const good = ({ exitCode, text }: { exitCode: number | null; text: string }) =>
    (exitCode !== 0) === fails && (!pattern || pattern.test(text)) && !never?.test(text);
  const result = each.settles
    ? await until('it to settle', async () => [await attempt()].find(good), { timeoutMs: 20_000 })
    : await attempt();
  if (good(result)) return;
  assert.equal(result.exitCode !== 0, fails, `status ${result.exitCode}: ${result.text}`);
  if (pattern) assert.match(result.text, pattern);
  if (never) assert.doesNotMatch(result.text, never);
}

async function forward(cluster: Cluster, { space, program }: Place): Promise<void> {
  await cluster.kubectl(['apply', '-n', space, '-f', '-'], {
    input: manifest(pod('target', webContainer()), pod('ticking', shell('while :; do echo tick; sleep 0.3; done'))),
  });
  await cluster.kubectl(['wait', '--for=condition=Ready', 'pod/target', 'pod/ticking', '-n', space, '--timeout=20s']);
  const [first = '', ...words] = cluster.network.inside;
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
  const child = spawn(first, [...words, program, 'port-forward', '-n', space, 'pod/target', '18080:8080'], {
    env,
    stdio: 'ignore',
  });
  try {
    const ask = async () =>
      (await cluster.inside(['curl', '-sfm2', 'http://127.0.0.1:18080/'], { allowFailure: true })).stdout;
    await until('the forwarded port to answer', async () => (await ask()) === 'target\n');
    for (let asked = 0; asked < 5; asked++) assert.equal(await ask(), 'target\n');
  } finally {
    child.kill();
  }
}
