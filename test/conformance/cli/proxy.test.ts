import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { type TestServer, testServer } from '../../harness/k3ts.ts';
import { testCache } from '../../images/images.ts';

/** Starts kubectl on the server's machine and returns its first line. */
async function firstLineOf(t: TestContext, server: TestServer, words: readonly string[]): Promise<string> {
  const kubectl = join(testCache, '../../runtime/current/bin/kubectl');
  const [enter = '', ...how] = server.network.inside;
  const child: ChildProcess = spawn(enter, [...how, kubectl, ...words], {
    env: { ...process.env, KUBECONFIG: server.kubeconfig },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  if (!child.stdout) throw new Error('no output');
  const [line] = await once(createInterface(child.stdout), 'line', { signal: AbortSignal.timeout(20_000) });
  return line;
}

test('kubectl proxy', async (t) => {
  const server = await testServer(t, { flags: ['--disable-agent'] });
  await server.start();
  const versionsFrom = async (...how: string[]) => {
    const { stdout } = await server.inside(['curl', '-sSf', ...how]);
    const { versions } = JSON.parse(stdout) as { versions: string[] };
    assert.deepEqual(versions, ['v1']);
  };

  await t.test('Kubectl client Proxy server should support --unix-socket=/path', async (t) => {
    const socket = join(dirname(server.kubeconfig), 'proxy.socket');
    const line = await firstLineOf(t, server, ['proxy', `--unix-socket=${socket}`]);
    assert.equal(line, `Starting to serve on ${socket}`);
    await versionsFrom('--unix-socket', socket, 'http://localhost/api/');
  });

  await t.test('Kubectl client Proxy server should support proxy with --port 0', async (t) => {
    const line = await firstLineOf(t, server, ['proxy', '--port=0', '--disable-filter=true']);
    const [, address] = /^Starting to serve on (127\.0\.0\.1:[1-9]\d*)$/.exec(line) ?? assert.fail(line);
    await versionsFrom(`http://${address}/api/`);
  });
});
