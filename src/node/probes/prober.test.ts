import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { test } from 'node:test';
import { FakeClock } from '../../base/clock.ts';
import type { Container, ProbeFindings } from '../pods/types.ts';
import type { Cri } from '../runtime/cri.ts';
import { RuntimeError } from '../runtime/errors.ts';
import { runHandler } from './handlers.ts';
import { Prober, type ProbeType } from './prober.ts';

/** A runtime whose ExecSync answers with what the script says, by the command's first word. */
function criOf(exitCodes: Readonly<Record<string, () => number>>): Cri {
  return {
    call: async (_method: string, request: object) => {
      const [word = ''] = (request as { cmd: readonly string[] }).cmd;
      const exitCode = exitCodes[word]?.();
      if (exitCode === undefined) throw new RuntimeError('DeadlineExceeded', 'too slow');
      return { stdout: new Uint8Array(), stderr: Buffer.from(exitCode === 0 ? '' : `${word} said no`), exitCode };
    },
    events: () => assert.fail('not used'),
    close: () => undefined,
  } as unknown as Cri;
}

function start(container: Container, exitCodes: Readonly<Record<string, () => number>>) {
  const clock = new FakeClock();
  const findings: ProbeFindings[] = [];
  const unhealthy: string[] = [];
  const prober = new Prober({
    target: { cri: criOf(exitCodes), container, containerId: 'id', ip: '127.0.0.1' },
    clock,
    startedAtMs: clock.now(),
    onFindings: (found) => findings.push(found),
    onUnhealthy: (type: ProbeType, { output }) => unhealthy.push(`${type}: ${output}`),
  });
  prober.start();
  return { clock, prober, findings, unhealthy };
}

const exec = (word: string) => ({ exec: { command: [word] } });

test('startup comes first, then readiness and liveness; thresholds count results in a row', async () => {
  const codes = { start: 1, ready: 0, live: 0 };
  const container: Container = {
    name: 'c',
    startupProbe: { ...exec('start'), periodSeconds: 2, failureThreshold: 3 },
    readinessProbe: { ...exec('ready'), periodSeconds: 5, successThreshold: 2 },
    livenessProbe: {
      ...exec('live'),
      periodSeconds: 10,
      initialDelaySeconds: 3,
      failureThreshold: 2,
      terminationGracePeriodSeconds: 7,
    },
  };
  const { clock, prober, unhealthy } = start(container, {
    start: () => codes.start,
    ready: () => codes.ready,
    live: () => codes.live,
  });
  assert.deepEqual(prober.findings, { started: false, ready: false, failed: undefined });
  await clock.advance(3_000);
  assert.deepEqual(unhealthy, ['Startup: start said no', 'Startup: start said no']);
  codes.start = 0;
  await clock.advance(1_000);
  assert.equal(prober.findings.started, true);
  assert.equal(prober.findings.ready, false, 'ready after one success, though two are wanted');
  await clock.advance(5_000);
  assert.equal(prober.findings.ready, true);
  codes.live = 1;
  await clock.advance(10_000);
  assert.equal(prober.findings.failed, undefined, 'failed after one failure, though two are wanted');
  await clock.advance(10_000);
  assert.deepEqual(prober.findings.failed, { message: 'Container c failed liveness probe', graceSeconds: 7 });
  prober.stop();
  assert.equal(clock.pendingTimers, 0);
});

test('a container without probes is ready at once; what was known before a restart of the agent counts', () => {
  const plain = start({ name: 'c' }, {});
  assert.deepEqual(plain.prober.findings, { started: true, ready: true, failed: undefined });
  const clock = new FakeClock();
  const prober = new Prober({
    target: {
      cri: criOf({}),
      container: { name: 'c', startupProbe: exec('a'), readinessProbe: exec('b') },
      containerId: 'id',
      ip: '',
    },
    clock,
    startedAtMs: clock.now(),
    initial: { started: true, ready: true },
    onFindings: () => undefined,
    onUnhealthy: () => undefined,
  });
  assert.deepEqual(prober.findings, { started: true, ready: true, failed: undefined });
});

test('an answer with bare line feeds, as small servers write it, is an answer', async (t) => {
  const server = createTcpServer((socket) =>
    socket.once('data', () => socket.end('HTTP/1.0 200 OK\nContent-Type: text/plain\n\nbody')),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const target = { cri: criOf({}), container: { name: 'c' }, containerId: 'id', ip: '127.0.0.1' };
  const bounds = { timeoutMs: 2_000, signal: new AbortController().signal };
  assert.deepEqual(await runHandler({ httpGet: { port: port as never } }, target, bounds), {
    outcome: 'success',
    output: 'body',
  });
});

test('http, tcp and exec say what went wrong in upstream’s words', async (t) => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.headers['user-agent']} ${request.headers['x-own']}`);
    if (request.url === '/away') response.writeHead(302, { location: 'http://elsewhere.invalid/' });
    else if (request.url === '/near') response.writeHead(302, { location: '/ok' });
    else response.writeHead(request.url === '/ok' ? 200 : 503);
    response.end('body');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const container: Container = { name: 'c', ports: [{ name: 'web', containerPort: port }] };
  const target = { cri: criOf({ ok: () => 0 }), container, containerId: 'id', ip: '127.0.0.1' };
  const run = (handler: Parameters<typeof runHandler>[0]) =>
    runHandler(handler, target, { timeoutMs: 2_000, signal: new AbortController().signal });
  const http = (path: string) =>
    run({ httpGet: { path, port: 'web' as never, httpHeaders: [{ name: 'X-Own', value: '1' }] } });
  assert.deepEqual(await http('/ok'), { outcome: 'success', output: 'body' });
  assert.equal(seen[0], 'kube-probe/1.36 1');
  assert.deepEqual(await http('/bad'), { outcome: 'failure', output: 'HTTP probe failed with statuscode: 503' });
  assert.equal((await http('/near')).outcome, 'success');
  assert.equal((await http('/away')).outcome, 'warning');
  assert.equal((await run({ tcpSocket: { port: port as never } })).outcome, 'success');
  assert.match(
    (await run({ tcpSocket: { port: 1 as never } })).output,
    /^dial tcp 127\.0\.0\.1:1: connect: connection refused$/,
  );
  assert.match(
    (await run({ httpGet: { port: 1 as never } })).output,
    /^Get "http:\/\/127\.0\.0\.1:1\/": dial tcp 127\.0\.0\.1:1: connect: connection refused$/,
  );
  assert.equal(
    (await run({ httpGet: { port: 'nope' as never } })).output,
    'couldn\'t find port: "nope" in container c',
  );
  assert.equal((await run({ exec: { command: ['slow'] } })).output, 'command timed out: "slow" timed out after 2s');
});
