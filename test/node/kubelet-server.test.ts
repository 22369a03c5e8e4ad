import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Attach, Exec, KubeConfig, PortForward, type V1Status } from '@kubernetes/client-node';
import { pod as podKind } from '../../src/api/core/pod.ts';
import { createTestAuthority } from '../../src/apiserver/certificates.test-helper.ts';
import { ProcessError } from '../../src/base/process.ts';
import type { Summary } from '../../src/node/stats/summary-types.ts';
import { until } from '../harness/wait.ts';
import { forwardPort, kubectlPath, oldKubectlPath, startTestKubelet, type TestKubelet } from './kubelet.ts';

const shell = (script: string) => ({ name: 'c', image: 'busybox:test', command: ['sh', '-c', script] });

test("the node agent's port, to real containers", { timeout: 240_000 }, async (t) => {
  const kubelet = await startTestKubelet(t);
  const { node } = kubelet;
  await node.createPod('web', {
    containers: [
      { ...shell('echo one; echo two; mkdir /www; echo served > /www/index.html; exec httpd -f -p 8080 -h /www') },
    ],
  });
  await node.createPod('echo', {
    containers: [{ ...shell('while read line; do echo "got $line"; done; echo over; sleep 1000'), stdin: true }],
  });
  for (const name of ['web', 'echo']) await node.until(name, ({ status }) => status?.phase === 'Running');

  await t.test('who has no certificate or no right is refused', () => refusals(kubelet));
  await t.test('logs: choices, and errors as the kubelet words them', () => logs(kubelet));
  await t.test('a log is followed over a rotation to the end of its container', () => followed(kubelet));
  await t.test('a reader that goes away leaves nothing behind', () => goneReader(kubelet));
  for (const way of ways) await t.test(`kubectl exec, cp and attach: ${way.name}`, () => commands(kubelet, way));
  for (const way of ways) await t.test(`kubectl port-forward: ${way.name}`, (part) => ports(part, kubelet, way));
  await t.test('@kubernetes/client-node: exec, terminal, attach, port-forward', () => clientNode(kubelet));
  await t.test('a slow side slows the other down', () => slowSides(kubelet));
  await t.test('older WebSocket protocols', () => oldProtocols(kubelet));
  await t.test('what cannot be streamed is refused with a reason', () => refusedStreams(kubelet));
  await t.test('clients that go away leave no connection behind', () => goneClients(kubelet));
  await t.test('statistics', () => statistics(kubelet));
});

interface Way {
  readonly name: string;
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

const spdy = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' };
const ways: readonly Way[] = [
  { name: '1.35, WebSocket', program: kubectlPath, env: {} },
  { name: '1.35, SPDY', program: kubectlPath, env: spdy },
  { name: '1.33, WebSocket', program: oldKubectlPath, env: {} },
  { name: '1.33, SPDY', program: oldKubectlPath, env: spdy },
];

async function refusals({ get, asked, server, tls }: TestKubelet): Promise<void> {
  assert.deepEqual(await get('/healthz', { anonymous: true }), { status: 401, text: 'Unauthorized\n' });
  assert.deepEqual(await get('/healthz'), { status: 200, text: 'ok' });
  assert.equal((await get('/healthz/ping')).status, 200);
  assert.equal(asked.length, 0);
  assert.deepEqual(await get('/metrics/resource', { user: 'somebody' }), {
    status: 403,
    text: 'Forbidden (user=somebody, verb=get, resource=nodes, subresource(s)=[metrics])\n',
  });
  assert.equal((await get('/pods', { user: 'allowed' })).status, 200);
  assert.deepEqual(
    asked.map(({ user, verb, path, subresources }) => [user.name, verb, path, subresources]),
    [
      ['somebody', 'get', '/metrics/resource', ['metrics']],
      ['allowed', 'get', '/pods', ['pods', 'proxy']],
    ],
  );
  assert.equal((await get('/healthz', { token: 'good' })).status, 200);
  assert.equal((await get('/healthz', { token: 'bad' })).status, 401);
  assert.equal((await get('/nothing')).status, 404);
  assert.deepEqual(await get('/exec/default/web/c'), { status: 400, text: 'Upgrade request required\n' });
  const { certificatePem } = await createTestAuthority();
  server.setTls({ ...tls, clientCa: certificatePem });
  assert.equal((await get('/healthz')).status, 401, 'an authority that is trusted no more');
  server.setTls(tls);
  assert.equal((await get('/healthz')).status, 200);
}

async function logs({ node, get, kubectl }: TestKubelet): Promise<void> {
  assert.equal(await kubectl(['logs', 'web']), 'one\ntwo\n');
  assert.equal(await kubectl(['logs', 'web', '--tail=1']), 'two\n');
  assert.equal(await kubectl(['logs', 'web', '--limit-bytes=5']), 'one\nt');
  assert.equal(await kubectl(['logs', 'web', '--since-time=2100-01-01T00:00:00Z']), '');
  assert.equal(await kubectl(['logs', 'web', '--since=1h']), 'one\ntwo\n');
  assert.match(await kubectl(['logs', 'web', '--timestamps', '--tail=1']), /^20\d\d-\d\d-\d\dT[\d:.]+Z two\n$/);
  const ask = (path: string) => get(`/containerLogs/default/${path}`);
  assert.deepEqual(await ask('none/c'), { status: 404, text: 'pod "none" does not exist\n' });
  assert.deepEqual(await ask('web/d'), { status: 404, text: 'container "d" not found in pod "web"\n' });
  assert.deepEqual(await ask('web/c?previous=true'), {
    status: 400,
    text: 'previous terminated container "c" in pod "web" not found\n',
  });
  assert.equal((await ask('web/c?tailLines=x')).status, 422);
  await node.createPod('stuck', { containers: [{ name: 'c', image: 'missing:1', imagePullPolicy: 'Never' }] });
  const waiting = await node.until(
    'stuck',
    ({ status }) => status?.containerStatuses?.[0]?.state?.waiting !== undefined,
  );
  const { reason } = waiting.status?.containerStatuses?.[0]?.state?.waiting ?? {};
  const refused = await ask('stuck/c');
  assert.equal(refused.status, 400);
  assert.match(
    refused.text,
    new RegExp(`container "c" in pod "stuck" is waiting to start: (${reason}|ErrImageNeverPull)`),
  );
  await node.createPod('again', {
    containers: [shell('echo "run $HOSTNAME"; test -e /dev/termination-log && exit 3')],
  });
  await node.until('again', ({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
  assert.equal((await ask('again/c?previous=true')).text, 'run again\n');
}

async function followed({ node, open }: TestKubelet): Promise<void> {
  await node.createPod('talk', {
    restartPolicy: 'Never',
    containers: [shell('i=0; until test -e /tmp/end; do i=$((i+1)); echo "line $i"; usleep 20000; done; echo last')],
  });
  await node.until('talk', ({ status }) => status?.phase === 'Running');
  const response = await open('/containerLogs/default/talk/c?follow=true', AbortSignal.timeout(20_000));
  let heard = '';
  response.on('data', (chunk) => {
    heard += String(chunk);
  });
  await until('the first lines', () => heard.includes('line 1\n'), { timeoutMs: 5_000 });
  const agent = node.agent();
  const found = agent.findContainer('default', 'talk', 'c');
  assert.ok(found);
  for (const round of [1, 2]) {
    await until(`round ${round}`, async () => (await node.logs('talk')).split('\n').length > 5, { timeoutMs: 5_000 });
    await rename(found.container.logPath, `${found.container.logPath}.${round}`);
    await agent.cri.call('ReopenContainerLog', { containerId: found.container.id });
  }
  await node.exec('talk', ['touch', '/tmp/end']);
  await once(response, 'end');
  const lines = heard.trimEnd().split('\n');
  assert.equal(lines.pop(), 'last');
  assert.ok(lines.length > 10);
  assert.deepEqual(
    lines,
    lines.map((_line, index) => `line ${index + 1}`),
  );
}

async function goneReader({ open }: TestKubelet): Promise<void> {
  const before = watches();
  const stop = new AbortController();
  const response = await open('/containerLogs/default/web/c?follow=true', stop.signal);
  const [first] = (await once(response, 'data')) as [Buffer];
  assert.match(String(first), /^one/);
  assert.equal(watches(), before + 1);
  response.on('error', () => undefined); // our own abort
  stop.abort();
  await until('the watch of the log ends', () => watches() === before, { timeoutMs: 3_000 });
}

function watches(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length;
}

async function commands({ node, kubectl }: TestKubelet, { program, env }: Way): Promise<void> {
  const run = (args: readonly string[], input = '') => kubectl(args, { program, env, input, timeoutMs: 20_000 });
  assert.equal(await run(['exec', 'web', '--', 'echo', 'a b', 'c']), 'a b c\n');
  // Ends only if the end of standard input reaches the container.
  assert.equal(await run(['exec', '-i', 'web', '--', 'sh', '-c', 'cat; echo end'], 'given\n'), 'given\nend\n');
  await assert.rejects(run(['exec', 'web', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']), (error) => {
    assert.ok(error instanceof ProcessError);
    const { exitCode, stdout, stderr } = error.result;
    assert.deepEqual([exitCode, stdout, stderr], [7, 'out\n', 'err\ncommand terminated with exit code 7\n']);
    return true;
  });
  await assert.rejects(run(['exec', 'web', '--', 'no-such-program']), /executable file not found in \$PATH/);
  const file = join(node.dataDir, 'sent');
  await writeFile(file, randomBytes(5_000_000));
  await run(['cp', file, 'web:/tmp/sent']);
  await run(['cp', 'web:/tmp/sent', `${file}.back`]);
  const hashOf = async (path: string) =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  assert.equal(await hashOf(`${file}.back`), await hashOf(file));
  const marker = randomBytes(4).toString('hex');
  await run(['attach', '-i', 'echo'], `${marker}\n`);
  await until('the echo', async () => (await node.logs('echo')).includes(`got ${marker}`), { timeoutMs: 5_000 });
}

async function ports(t: TestContext, kubelet: TestKubelet, { program, env }: Way): Promise<void> {
  const forward = await forwardPort(t, kubelet, { program, env, pod: 'web', port: 8080 });
  const fetched = () => fetch(`http://127.0.0.1:${forward.port}/`).then((response) => response.text());
  assert.equal(await fetched(), 'served\n');
  assert.deepEqual(await Promise.all([1, 2, 3, 4, 5].map(fetched)), Array(5).fill('served\n'));
}

async function clientNode({ api }: TestKubelet): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(api.kubeconfig);
  const run = async (command: string[], { tty, input = '' }: { readonly tty: boolean; readonly input?: string }) => {
    const [stdout, stderr, stdin] = [screen(), new PassThrough(), new PassThrough()];
    const ended = new Promise<V1Status>((resolve) => {
      new Exec(config)
        .exec('default', 'web', 'c', command, stdout, stderr, stdin, tty, resolve)
        // Of a terminal the end of input is its detaching.
        .then(() => (tty ? undefined : stdin.end(input)));
    });
    const [status, out, err] = await Promise.all([ended, text(stdout), text(stderr)]);
    return { status, out, err };
  };
  const plain = await run(['sh', '-c', 'cat; echo err >&2; exit 4'], { tty: false, input: 'in\n' });
  assert.deepEqual([plain.out, plain.err], ['in\n', 'err\n']);
  assert.deepEqual(
    [plain.status.reason, plain.status.details?.causes],
    ['NonZeroExitCode', [{ reason: 'ExitCode', message: '4' }]],
  );
  const terminal = await run(['sh', '-c', 'until stty size 2>/dev/null | grep "40 100"; do usleep 10000; done'], {
    tty: true,
  });
  assert.deepEqual([terminal.status.status, terminal.out], ['Success', '40 100\r\n']);

  const [output, input] = [new PassThrough(), new PassThrough()];
  const attached = await new Attach(config).attach('default', 'echo', 'c', output, null, input, false);
  input.write('from attach\n');
  assert.equal(String((await once(output, 'data'))[0]), 'got from attach\n');
  attached.close();

  const [answer, request] = [new PassThrough(), new PassThrough()];
  const forwarded = await new PortForward(config).portForward('default', 'web', [8080], answer, null, request);
  request.write('GET / HTTP/1.0\r\n\r\n');
  let said = '';
  answer.on('data', (chunk) => {
    said += String(chunk);
  });
  await until('the answer of the web server', () => said.endsWith('served\n'), { timeoutMs: 5_000 });
  if (!('close' in forwarded)) assert.fail('no WebSocket');
  forwarded.close();
}

async function slowSides({ node, webSocket }: TestKubelet): Promise<void> {
  const bytes = 50_000_000;
  const open = (script: string) =>
    webSocket(
      `/exec/default/web/c?command=sh&command=-c&command=${encodeURIComponent(script)}&input=1&output=1`,
      'v5.channel.k8s.io',
    );
  const reader = await open(`head -c ${bytes} /dev/zero; touch /tmp/written`);
  let read = 0;
  reader.on('message', (data: Buffer) => {
    if (data[0] === 1) read += data.length - 1;
  });
  await once(reader, 'message');
  reader.pause();
  await delay(500);
  assert.equal(await node.exec('web', ['sh', '-c', 'ls /tmp | grep -c written']), '0\n', 'the command has to wait');
  reader.resume();
  await once(reader, 'close');
  assert.equal(read, bytes);

  const writer = await open('sleep 0.5; wc -c');
  let counted = '';
  writer.on('message', (data: Buffer) => {
    if (data[0] === 1) counted += String(data.subarray(1));
  });
  const piece = Buffer.alloc(100_001);
  for (let sent = 0; sent < bytes; sent += 100_000) writer.send(piece);
  writer.send(Buffer.from([255, 0]));
  await delay(250);
  assert.ok(writer.bufferedAmount > bytes / 2, 'what nobody reads stays with the client');
  await once(writer, 'close');
  assert.equal(counted, `${bytes}\n`);
}

async function oldProtocols({ webSocket }: TestKubelet): Promise<void> {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const protocols: readonly (readonly [string, Buffer | string, string])[] = [
    ['v4.channel.k8s.io', Buffer.from('\0mirror\n'), '\x01mirror\n'],
    ['channel.k8s.io', Buffer.from('\0mirror\n'), '\x01mirror\n'],
    ['base64.channel.k8s.io', `0${base64('mirror\n')}`, `1${base64('mirror\n')}`],
  ];
  for (const [protocol, sent, expected] of protocols) {
    const socket = await webSocket('/exec/default/web/c?command=head&command=-n1&stdin=true&stdout=true', protocol);
    const heard: string[] = [];
    socket.on('message', (data: Buffer) => heard.push(String(data)));
    socket.send(sent);
    await once(socket, 'close');
    assert.ok(heard.includes(expected), `${protocol}: ${JSON.stringify(heard)}`);
  }
}

/** Output that says how large it is, as a terminal does. */
function screen(): PassThrough {
  return Object.assign(new PassThrough(), { rows: 40, columns: 100 });
}

async function refusedStreams({ upgrade }: TestKubelet): Promise<void> {
  const headers = { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' };
  assert.deepEqual(await upgrade('/exec/default/none/c?command=true&output=1', headers), {
    status: 404,
    text: 'pod does not exist',
  });
  assert.deepEqual(await upgrade('/exec/default/web/d?command=true&output=1', headers), {
    status: 500,
    text: 'container not found ("d")',
  });
  assert.deepEqual(await upgrade('/exec/default/web/c?command=true', headers), {
    status: 400,
    text: 'you must specify at least 1 of stdin, stdout, stderr',
  });
  const unknown = await upgrade('/exec/default/web/c?command=true&output=1', {
    ...headers,
    'x-stream-protocol-version': 'v9.channel.k8s.io',
  });
  assert.ok('status' in unknown && unknown.status === 403, JSON.stringify(unknown));
}

async function goneClients({ upgrade, webSocket }: TestKubelet): Promise<void> {
  await until('quiet', () => connections() === 0, { timeoutMs: 10_000 });
  const path = '/exec/default/web/c?command=cat&input=1&output=1';
  const tunnelled = await upgrade(path, { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' });
  assert.ok('socket' in tunnelled);
  tunnelled.socket.on('error', () => undefined); // our own end
  const sockets = [await webSocket(path, 'v5.channel.k8s.io'), await webSocket(path, 'v4.channel.k8s.io')];
  for (const socket of sockets) {
    const heard: string[] = [];
    socket.on('message', (data: Buffer) => heard.push(`${data[0]}:${data.subarray(1)}`));
    socket.send(Buffer.from('\0mirror'));
    await until('the echo', () => heard.includes('1:mirror'), { timeoutMs: 5_000 });
  }
  // Of each: the test's end, the server's, and the server's to the runtime.
  assert.equal(connections(), 9);
  tunnelled.socket.destroy();
  for (const socket of sockets) socket.terminate();
  await until('all connections are closed', () => connections() === 0, { timeoutMs: 5_000 });
}

function connections(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

async function statistics({ node, get }: TestKubelet): Promise<void> {
  const read = async () => JSON.parse((await get('/stats/summary')).text) as Summary;
  const summary = await read();
  assert.equal(summary.node.nodeName, 'n1');
  assert.ok((summary.node.memory.workingSetBytes ?? 0) > 100e6);
  assert.ok((summary.node.fs.capacityBytes ?? 0) > (summary.node.fs.availableBytes ?? 0));
  const web = summary.pods.find(({ podRef }) => podRef.name === 'web');
  const [container] = web?.containers ?? [];
  assert.equal(container?.name, 'c');
  assert.ok((container?.memory?.workingSetBytes ?? 0) > 50_000);
  assert.ok((container?.cpu?.usageCoreNanoSeconds ?? 0) > 0);
  assert.ok((container?.logs?.usedBytes ?? 0) > 0);
  assert.ok((web?.cpu?.usageCoreNanoSeconds ?? 0) >= (container?.cpu?.usageCoreNanoSeconds ?? 0));
  assert.ok((web?.network?.rxBytes ?? 0) > 0);
  assert.deepEqual(await read(), summary, 'kept for some seconds');

  const resource = (await get('/metrics/resource')).text;
  const labels = '\\{container="c",namespace="default",pod="web"\\}';
  assert.match(resource, new RegExp(`^container_cpu_usage_seconds_total${labels} [\\d.e-]+ \\d{13}$`, 'm'));
  assert.match(resource, new RegExp(`^container_memory_working_set_bytes${labels} \\d+ \\d{13}$`, 'm'));
  assert.match(resource, /^pod_memory_working_set_bytes\{namespace="default",pod="web"\} \d+ \d{13}$/m);
  assert.match(resource, /^node_cpu_usage_seconds_total [\d.]+ \d{13}$/m);
  assert.match(resource, /^scrape_error 0$/m);
  assert.match((await get('/metrics')).text, /^kubelet_running_pods [1-9]/m);
  const listed = JSON.parse((await get('/pods')).text);
  const stored = await node.client.get(podKind, { namespace: 'default', name: 'web' });
  const own = listed.items.find((pod: { metadata: { name: string } }) => pod.metadata.name === 'web');
  assert.equal(own.metadata.uid, stored.metadata.uid);
  assert.match((await get('/runningpods/')).text, /"name":"web"/);
}
