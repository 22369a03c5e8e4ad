import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { run } from '../../src/base/process.ts';
import { k3ts, runK3ts, testServer } from '../harness/k3ts.ts';

test('the version is told, and a second start asks the network for nothing', async () => {
  const result = await runK3ts(['--version']);
  assert.equal(result.exitCode, 0, result.stderr);
  assert.match(result.stdout, /^k3ts version \d+\.\d+\.\d+\+k3ts\d+\nnode version v26\./);
  // In a network namespace without any link there is no network to ask.
  const alone = await run('unshare', ['--net', k3ts, '--version'], { timeoutMs: 60_000 });
  assert.equal(alone.stdout, result.stdout);
  assert.equal(alone.stderr, '');
});

test('kubectl and ctr are the real programs', async () => {
  const client = await runK3ts(['kubectl', 'version', '--client', '-o', 'json'], { env: { KUBECONFIG: '/dev/null' } });
  assert.match(client.stdout, /"gitVersion": "v1\.35\./);
  const ctr = await runK3ts(['ctr', '--data-dir', '/nonexistent', 'version']);
  assert.match(ctr.stderr, /\/nonexistent\/agent\/run\/containerd\/containerd\.sock/);
});

test('what is asked wrongly is refused with what was meant, and nothing is changed', async () => {
  const word = await runK3ts(['servr']);
  assert.deepEqual([word.exitCode, word.stderr], [2, 'k3ts: servr: no such command; did you mean server?\n']);
  const far = await runK3ts(['frobnicate']);
  assert.equal(far.stderr, 'k3ts: frobnicate: no such command; k3ts --help lists them\n');
  assert.match((await runK3ts(['agent'])).stderr, /^k3ts: agent: not there yet: /);
  const dataDir = '/tmp/k3ts-test-must-not-be-made';
  const flags = await runK3ts(['server', '--data-dir', dataDir, '--cluster-cdir', 'x', '--service-cidr=10.42.0.0/20']);
  assert.equal(flags.exitCode, 2);
  assert.match(flags.stderr, /--cluster-cdir: no such flag; did you mean --cluster-cidr\?/);
  assert.ok(!existsSync(dataDir));
});

test('a server starts, is found by status, refuses a second one, and stops on SIGTERM', async (t) => {
  const server = await testServer(t, { flags: ['--disable-agent'] });
  await server.start();
  assert.match(await server.log(), /^data directory +\d+ ms$/m);
  const status = await server.k3ts(['status', '--data-dir', server.dataDir]);
  assert.match(
    status.stdout,
    new RegExp(`^\\+ server +process ${server.pid}, `),
    'the process id is that of the start',
  );
  const second = await server.k3ts(['server', '--disable-agent', '--data-dir', server.dataDir]);
  assert.equal(second.exitCode, 2);
  assert.match(second.stderr, new RegExp(`a server runs on it already \\(process ${server.pid}\\)`));
  assert.equal(await server.stop(), 0);
  const after = await server.k3ts(['status', '--data-dir', server.dataDir]);
  assert.equal(after.exitCode, 1);
  assert.match(after.stdout, /^- server +none runs on /);
});

test('killall stops the server, and says that nothing is left when it is called again', async (t) => {
  const server = await testServer(t, { flags: ['--disable-agent'] });
  await server.start();
  const pid = server.pid;
  const first = await server.k3ts(['killall', '--data-dir', server.dataDir]);
  assert.equal(first.exitCode, 0, first.stderr);
  assert.match(first.stdout, new RegExp(`removed server process ${pid}`));
  const second = await server.k3ts(['killall', '--data-dir', server.dataDir]);
  assert.equal(second.stdout, `nothing of ${server.dataDir} was left to remove\n`);
});

test('a second node in the same network is refused, and what it collides with is named', async (t) => {
  const server = await testServer(t);
  await server.start();
  await server.ready();
  const other = `${server.dataDir}-other`;
  const second = await server.k3ts(['server', '--data-dir', other, '--https-listen-port', '7443']);
  assert.equal(second.exitCode, 2);
  assert.match(second.stderr, /10250: another program listens on this port/);
  assert.match(second.stderr, /the link k3ts-\w+ has 10\.42\.0\.1, which lies in --cluster-cidr 10\.42\.0\.0\/16/);
  assert.ok(!existsSync(other), 'nothing was changed');
});
