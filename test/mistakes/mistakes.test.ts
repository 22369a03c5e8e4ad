import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { testServer } from '../harness/k3ts.ts';
import { until } from '../harness/wait.ts';
import { testCache } from '../images/images.ts';
import { mistakes } from './mistakes.ts';
import { world } from './world.ts';

const programs = [
  ['1.35', join(testCache, '../../runtime/current/bin/kubectl')],
  ['1.33', join(testCache, 'bin/kubectl-1.33')],
] as const;

/** Words as a shell would part them: quotes of both kinds keep blanks. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
  );
}

/** What is different each time has names. */
function normal(text: string): string {
  return text
    .replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, 'UID')
    .replaceAll(/(?<=current: )\d+/g, 'N')
    .trimEnd();
}

test('mistakes are told as upstream tells them', { timeout: 300_000 }, async (t) => {
  const server = await testServer(t, { flags: ['--disable-agent'] });
  await server.start();
  const stands = async (...words: string[]) => (await server.tryKubectl(['get', ...words])).stdout;
  await until('the default account', () => stands('serviceaccount', 'default', '-o', 'name'));
  await server.kubectl(['create', '-f', '-'], { input: world });
  const used = ['quota', 'few', '-n', 'full', '-o', 'jsonpath={.status.used.configmaps}'];
  await until('the quota to be full', async () => (await stands(...used)) === '1');
  await until('widgets to be served', () => stands('widgets', '-o', 'name').then(() => true));
  const policy = ['create', 'configmap', 'c', '--from-literal=password=x', '--dry-run=server'];
  await until('the policy to hold', async () => (await server.tryKubectl(policy)).exitCode === 1);

  for (const [version, program] of programs)
    await t.test(`kubectl ${version}`, async (t) => {
      for (const [what, list] of Object.entries(mistakes))
        await t.test(what, async () => {
          for (const { run, input, says, passes = false } of list) {
            const words = wordsOf(run.replaceAll('SERVER', `https://127.0.0.1:${server.port}`));
            const result = await server.tryKubectl(words, { program, ...(input !== undefined && { input }) });
            const said = normal(result.stderr);
            const shown = says.endsWith('…') ? `${said.slice(0, says.length - 1)}…` : said;
            const why = `kubectl ${run} ${input?.slice(0, 500) ?? ''}`;
            assert.deepEqual([shown, result.exitCode === 0], [says, passes], why);
          }
        });
    });
});
