import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { readTextIfPresent } from '../../src/base/files.ts';
import { testServer } from '../harness/k3ts.ts';
import { until } from '../harness/wait.ts';

/** What `issuer.ts` writes. */
interface Outside {
  readonly url: string;
  readonly ca: string;
  readonly kubeconfig: string;
  readonly tokens: Readonly<Record<'jane' | 'ann' | 'mallory' | 'expired', string>>;
}

test('users of an issuer come with kubectl, and a webhook has a say; both files may change', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-sso-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const server = await testServer(t, { flags: ['--disable-agent'] });
  const [first = '', ...words] = server.network.inside;
  const outside = spawn(first, [...words, process.execPath, join(import.meta.dirname, 'issuer.ts'), folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  t.after(() => outside.kill('SIGKILL'));
  const { url, ca, kubeconfig, tokens } = await until('the issuer', async (): Promise<Outside | undefined> => {
    const text = await readTextIfPresent(join(folder, 'issuer.json'));
    return text === undefined ? undefined : JSON.parse(text);
  });
  const authentication = join(folder, 'authentication.yaml');
  const writeAuthentication = (prefix: string) =>
    writeFile(
      authentication,
      stringify({
        apiVersion: 'apiserver.config.k8s.io/v1',
        kind: 'AuthenticationConfiguration',
        jwt: [
          {
            issuer: { url, audiences: ['k3ts-test'], certificateAuthority: ca },
            claimMappings: {
              username: { expression: `"${prefix}" + claims.sub` },
              groups: { claim: 'roles', prefix: '' },
            },
            userValidationRules: [{ expression: '!user.username.startsWith("system:")' }],
          },
        ],
      }),
    );
  await writeAuthentication('oidc:');
  const authorization = join(folder, 'authorization.yaml');
  const webhook = {
    timeout: '3s',
    subjectAccessReviewVersion: 'v1',
    matchConditionSubjectAccessReviewVersion: 'v1',
    failurePolicy: 'Deny',
    connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: kubeconfig },
    matchConditions: [{ expression: "request.user.startsWith('oidc:')" }],
  };
  await writeFile(
    authorization,
    stringify({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AuthorizationConfiguration',
      authorizers: [
        { type: 'Webhook', name: 'company', webhook },
        { type: 'Node', name: 'node' },
        { type: 'RBAC', name: 'rbac' },
      ],
    }),
  );
  await server.start(
    `--kube-apiserver-arg=authentication-config=${authentication}`,
    `--kube-apiserver-arg=authorization-config=${authorization}`,
  );
  const { clusters } = JSON.parse(await server.kubectl(['config', 'view', '--raw', '-o', 'json']));
  const as = async (name: keyof Outside['tokens'], ...args: string[]) => {
    const config = join(folder, `${name}.kubeconfig`);
    const user = { name: 'me', user: { token: tokens[name] } };
    const context = { name: 'me', context: { cluster: 'default', user: 'me' } };
    const text = { apiVersion: 'v1', kind: 'Config', clusters, users: [user], contexts: [context] };
    await writeFile(config, JSON.stringify({ ...text, 'current-context': 'me' }));
    return server.tryKubectl(['--kubeconfig', config, ...args]);
  };
  const whoIs = async (name: keyof Outside['tokens']) => {
    const { stdout } = await as(name, 'auth', 'whoami', '-o', 'json');
    return stdout === '' ? undefined : JSON.parse(stdout).status.userInfo;
  };

  const jane = await whoIs('jane');
  assert.deepEqual([jane?.username, jane?.groups], ['oidc:jane', ['developers', 'system:authenticated']]);
  assert.match((await as('expired', 'get', 'pods')).stderr, /You must be logged in to the server/);
  assert.match(await server.log(), /requests not authenticated.*the token has expired/);

  assert.match((await as('jane', 'get', 'pods')).stderr, /User "oidc:jane" cannot list resource "pods"/);
  await server.kubectl(['create', 'rolebinding', 'dev', '--clusterrole=edit', '--group=developers']);
  assert.equal((await as('jane', 'get', 'pods')).exitCode, 0);
  assert.equal((await as('ann', 'get', 'secrets', '-A')).exitCode, 0, 'the webhook lets auditors list');
  assert.match((await as('ann', 'delete', 'pod', 'x')).stderr, /User "oidc:ann" cannot delete resource "pods"/);
  assert.match((await as('mallory', 'get', 'pods')).stderr, /the webhook says so/, 'roles do not count after a denial');
  const rights = await as('jane', 'auth', 'can-i', '--list');
  assert.match(rights.stderr, /webhook authorizer does not support user rule resolution/);

  await writeAuthentication('sso:');
  await until('the new prefix', async () => (await whoIs('jane'))?.username === 'sso:jane', { timeoutMs: 40_000 });
  const log = await server.log();
  for (const token of Object.values(tokens)) assert.ok(!log.includes(token), 'no token in the log');
});

test('a configuration that will not do keeps the server from starting, with what is wrong', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-sso-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const server = await testServer(t, { flags: ['--disable-agent'] });
  const path = join(folder, 'authentication.yaml');
  await writeFile(path, 'apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\njwt: [{}]\n');
  await assert.rejects(
    server.start(`--kube-apiserver-arg=authentication-config=${path}`),
    /cannot use the authentication configuration .*jwt\[0\]\.issuer: Required value/,
  );
});
