import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { constants, connect as http2Connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { FakeClock, systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { MetricRegistry } from '../../base/metrics/metrics.ts';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';
import type { Authorizer } from '../contract.ts';
import { readApiServerSettings } from '../settings/settings.ts';
import { startReviewServer } from '../webhook-client/review-server.test-helper.ts';
import { type Audit, openAudit } from './audit.ts';
import type { AuditEvent } from './event.ts';
import { RotatingFile } from './rotating-file.ts';

const policy = `
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: None
  resources: [{ group: "", resources: [pods] }]
- level: Metadata
  resources: [{ group: "", resources: [secrets] }]
- level: Request
  resources: [{ group: "", resources: [services] }]
- level: RequestResponse
  omitManagedFields: true
  resources: [{ group: "", resources: [configmaps] }]
- level: Metadata
`;

const authorizer: Authorizer = {
  authorize({ user, verb }) {
    if (user.name === 'eve') return { decision: 'deny', reason: 'not eve' };
    if (verb === 'get' && user.name === 'bug') throw new Error('a bug');
    return { decision: 'allow', reason: 'a test' };
  },
};

describe('an audited server', () => {
  let folder: string;
  let server: TestServer;
  let admin: TestClient;
  let audit: Audit;
  let path: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'k3ts-audit-'));
    path = join(folder, 'logs', 'audit.log');
    await writeFile(join(folder, 'policy.yaml'), policy);
    const { settings, problems } = readApiServerSettings([
      `audit-policy-file=${join(folder, 'policy.yaml')}`,
      `audit-log-path=${path}`,
    ]);
    assert.deepEqual(problems, []);
    const opened = await openAudit({
      settings: settings.audit,
      clock: systemClock,
      log: silentLogger,
      metrics: new MetricRegistry(),
    });
    assert.ok(opened);
    audit = opened;
    server = await startTestServer({ authorizer, overrides: { audit } });
    admin = new TestClient(server, server.admin);
  });
  after(async () => {
    admin.close();
    await server.close();
    await audit.close();
    await rm(folder, { recursive: true });
  });

  /** The events of one request, when there are so many. */
  async function events(id: string, count: number): Promise<readonly AuditEvent[]> {
    for (let turn = 0; ; turn++) {
      const text = await readFile(path, 'utf8');
      const lines = text.split('\n').filter((line) => line.includes(`"auditID":"${id}"`));
      if (lines.length >= count || turn === 200) return lines.map((line) => JSON.parse(line) as AuditEvent);
      await delay(10);
    }
  }

  test('the file is for its owner alone', async () => {
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  test('RequestResponse: both bodies, who, what, from where, why allowed', async () => {
    const body = { metadata: { name: 'a', namespace: 'default' }, data: { k: 'v' } };
    const { headers } = await admin.post('/api/v1/namespaces/default/configmaps?fieldManager=me', body, {
      'audit-id': 'one',
      'user-agent': 'tester',
      'x-forwarded-for': '192.0.2.1, 192.0.2.2',
    });
    assert.equal(headers['audit-id'], 'one');
    const [received, complete, ...more] = await events('one', 2);
    assert.deepEqual(more, []);
    assert.equal(received?.stage, 'RequestReceived');
    assert.equal(received.requestObject, undefined);
    assert.ok(complete);
    const { requestReceivedTimestamp, stageTimestamp, responseObject, requestObject, user, ...rest } = complete;
    assert.deepEqual([user.username, user.groups], ['admin', ['system:masters', 'system:authenticated']]);
    assert.match(requestReceivedTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.ok(stageTimestamp >= requestReceivedTimestamp);
    assert.deepEqual(rest, {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'RequestResponse',
      auditID: 'one',
      stage: 'ResponseComplete',
      requestURI: '/api/v1/namespaces/default/configmaps?fieldManager=me',
      verb: 'create',
      sourceIPs: ['192.0.2.1', '192.0.2.2', '127.0.0.1'],
      userAgent: 'tester',
      objectRef: { name: 'a', resource: 'configmaps', namespace: 'default', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 201 },
      annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': 'a test' },
    });
    assert.deepEqual(requestObject, body);
    const made = responseObject as { metadata: Record<string, unknown>; data: unknown };
    assert.deepEqual(made.data, { k: 'v' });
    assert.ok(made.metadata['uid']);
    assert.equal(made.metadata['managedFields'], undefined, 'left out as the policy says');
  });

  test('lists, compressed ones too, and patches', async () => {
    await admin.get('/api/v1/namespaces/default/configmaps', { 'audit-id': 'list', 'accept-encoding': 'gzip' });
    const list = (await events('list', 2))[1]?.responseObject as { kind?: string; items?: unknown[] };
    assert.deepEqual([list.kind, list.items?.length], ['ConfigMapList', 1]);
    const big = { metadata: { name: 'big' }, data: { k: 'x'.repeat(300_000) } };
    await admin.post('/api/v1/namespaces/default/configmaps', big);
    await admin.get('/api/v1/namespaces/default/configmaps', { 'audit-id': 'zip', 'accept-encoding': 'gzip' });
    const zipped = (await events('zip', 2))[1]?.responseObject as { items?: unknown[] };
    assert.equal(zipped.items?.length, 2);
    await admin.call('PATCH', '/api/v1/namespaces/default/configmaps/a', {
      body: [{ op: 'add', path: '/data/l', value: 'w' }],
      headers: { 'content-type': 'application/json-patch+json', 'audit-id': 'patch' },
    });
    assert.deepEqual((await events('patch', 2))[1]?.requestObject, [{ op: 'add', path: '/data/l', value: 'w' }]);
  });

  test('what the policy gives less of is written down less', async () => {
    const secret = { metadata: { name: 's' }, stringData: { password: 'never-in-the-log' } };
    await admin.post('/api/v1/namespaces/default/secrets', secret, { 'audit-id': 'secret' });
    await admin.get('/api/v1/namespaces/default/pods', { 'audit-id': 'none' });
    const service = { metadata: { name: 'x' }, spec: { ports: [{ port: 1 }], type: 'ClusterIP', clusterIP: 'None' } };
    await admin.post('/api/v1/namespaces/default/services', service, { 'audit-id': 'service' });
    const complete = (await events('service', 2))[1];
    assert.deepEqual(complete?.requestObject, service);
    assert.equal(complete?.responseObject, undefined);
    assert.equal((await events('secret', 2))[1]?.responseStatus?.code, 201);
    assert.equal((await readFile(path, 'utf8')).includes('never-in-the-log'), false);
    assert.deepEqual((await readFile(path, 'utf8')).includes('"auditID":"none"'), false);
  });

  test('refusals say why', async () => {
    const eve = new TestClient(server, await server.client('eve'));
    await eve.get('/api/v1/namespaces/default/secrets/s', { 'audit-id': 'eve' });
    eve.close();
    const denied = (await events('eve', 2))[1];
    assert.equal(denied?.responseStatus?.reason, 'Forbidden');
    assert.match(denied.responseStatus.message ?? '', /User "eve" cannot get resource "secrets"/);
    assert.deepEqual(denied.annotations, {
      'authorization.k8s.io/decision': 'forbid',
      'authorization.k8s.io/reason': 'not eve',
    });
    const nobody = new TestClient(server);
    await nobody.get('/api/v1/nodes', { 'audit-id': 'nobody' });
    nobody.close();
    const [refused, ...more] = await events('nobody', 1);
    assert.deepEqual(more, []);
    assert.equal(refused?.stage, 'ResponseStarted');
    assert.deepEqual([refused.responseStatus?.code, refused.user], [401, {}]);
  });

  test('a mistake of ours is a panic; an impersonated user stands beside the real one', async () => {
    const bug = new TestClient(server, await server.client('bug'));
    await bug.get('/api/v1/nodes/x', { 'audit-id': 'bug' });
    bug.close();
    assert.deepEqual(
      (await events('bug', 2)).map(({ stage }) => stage),
      ['RequestReceived', 'Panic'],
    );
    await admin.get('/api/v1/nodes', { 'audit-id': 'as', 'impersonate-user': 'jane' });
    const as = (await events('as', 2))[1];
    assert.deepEqual([as?.user.username, as?.impersonatedUser?.username], ['admin', 'jane']);
  });

  test('a watch is written down when it begins and when it ends', async () => {
    const watch = admin.get('/api/v1/nodes?watch=true&timeoutSeconds=1', { 'audit-id': 'watch' });
    assert.deepEqual(
      (await events('watch', 2)).map(({ stage }) => stage),
      ['RequestReceived', 'ResponseStarted'],
    );
    await watch;
    assert.equal((await events('watch', 3))[2]?.stage, 'ResponseComplete');
  });

  for (const how of ['cancels it', 'closes its connection', 'loses its connection'] as const)
    test(`a watch has ended when its client ${how}`, async (t) => {
      const id = how.replaceAll(' ', '-');
      const socket = tlsConnect({
        ...{ host: '127.0.0.1', port: Number(new URL(server.url).port), ca: server.ca, ALPNProtocols: ['h2'] },
        ...{ cert: server.admin.certificatePem, key: server.admin.keyPem },
      });
      const session = http2Connect(server.url, { createConnection: () => socket });
      t.after(() => session.destroy());
      const stream = session.request({ ':path': '/api/v1/nodes?watch=true', 'audit-id': id });
      stream.on('error', () => undefined);
      assert.equal((await events(id, 2)).length, 2);
      if (how === 'cancels it') stream.close(constants.NGHTTP2_CANCEL);
      else if (how === 'closes its connection') session.destroy();
      else socket.destroy();
      const last = (await events(id, 3))[2];
      assert.deepEqual([last?.stage, last?.sourceIPs], ['ResponseComplete', ['127.0.0.1']]);
    });
});

test('a webhook gets bounded batches; what it does not take is counted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-audit-'));
  const webhook = await startReviewServer(folder);
  webhook.answer(() => ({}));
  await writeFile(join(folder, 'policy.yaml'), policy);
  const { settings } = readApiServerSettings([
    `audit-policy-file=${join(folder, 'policy.yaml')}`,
    `audit-webhook-config-file=${webhook.kubeconfig}`,
    'audit-webhook-batch-max-size=5',
    'audit-webhook-batch-max-wait=50ms',
    'audit-webhook-initial-backoff=10ms',
    'audit-webhook-truncate-enabled=true',
    'audit-webhook-truncate-max-event-size=2000',
  ]);
  const metrics = new MetricRegistry();
  const audit = await openAudit({ settings: settings.audit, clock: systemClock, log: silentLogger, metrics });
  assert.ok(audit);
  const server = await startTestServer({ overrides: { audit } });
  const admin = new TestClient(server, server.admin);
  const sent = () => webhook.asked.flatMap(({ items }) => items as AuditEvent[]);
  try {
    await Promise.all(Array.from({ length: 6 }, () => admin.get('/api/v1/nodes')));
    for (let turn = 0; turn < 200 && sent().length < 12; turn++) await delay(10);
    assert.equal(sent().length, 12);
    assert.ok(webhook.asked.every(({ kind, items }) => kind === 'EventList' && items.length <= 5));
    await admin.post('/api/v1/namespaces/default/configmaps', {
      metadata: { name: 'big' },
      data: { k: 'x'.repeat(5000) },
    });
    for (let turn = 0; turn < 200 && sent().length < 14; turn++) await delay(10);
    const large = sent().find(({ verb, stage }) => verb === 'create' && stage === 'ResponseComplete');
    assert.equal(large?.requestObject, undefined);
    assert.equal(large?.annotations?.['audit.k8s.io/truncated'], 'true');
    webhook.answer(() => 400);
    await admin.get('/api/v1/nodes');
    for (let turn = 0; turn < 200 && !metrics.render().includes('apiserver_audit_error_total{'); turn++)
      await delay(10);
    assert.match(metrics.render(), /apiserver_audit_error_total\{plugin="webhook"\} 2\n/);
  } finally {
    admin.close();
    await server.close();
    await audit.close();
    await webhook.close();
    await rm(folder, { recursive: true });
  }
});

test('a file is put aside when it is full; few and young ones are kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-audit-'));
  const clock = new FakeClock(Date.now());
  const onCompressFailed = (error: Error) => assert.fail(error);
  const path = join(folder, 'audit.log');
  const file = new RotatingFile(path, {
    maxBytes: 10,
    maxBackups: 2,
    maxAgeDays: 1,
    compress: false,
    clock,
    onCompressFailed,
  });
  for (const text of ['one-56789\n', 'two-56789\n', 'three6789\n', 'four-6789\n', 'five-6789\n']) {
    await file.write(text);
    await clock.advance(1000);
  }
  const aside = (await readdir(folder)).sort();
  assert.equal(aside.length, 3);
  assert.match(aside[0] ?? '', /^audit-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log$/);
  assert.equal(await readFile(path, 'utf8'), 'five-6789\n');
  await clock.advance(2 * 86_400_000);
  await file.write('six-56789\n');
  assert.deepEqual(await readdir(folder), ['audit.log'], 'too old');
  await file.close();
  const zipping = new RotatingFile(path, {
    maxBytes: 10,
    maxBackups: 2,
    maxAgeDays: 0,
    compress: true,
    clock,
    onCompressFailed,
  });
  await zipping.write('seven6789\n');
  await zipping.close();
  const [zipped = ''] = (await readdir(folder)).filter((name) => name.endsWith('.gz'));
  assert.equal((await stat(join(folder, zipped))).mode & 0o777, 0o600);
  await rm(folder, { recursive: true });
});

test('a policy, a file or a kubeconfig that will not do keeps the server from starting', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-audit-'));
  await writeFile(join(folder, 'policy.yaml'), policy);
  const open = (...args: string[]) =>
    openAudit({
      settings: readApiServerSettings(args).settings.audit,
      clock: systemClock,
      log: silentLogger,
      metrics: new MetricRegistry(),
    });
  await assert.rejects(
    open('audit-policy-file=/nowhere', 'audit-log-path=/x'),
    /cannot use the audit policy \/nowhere/,
  );
  const good = `audit-policy-file=${join(folder, 'policy.yaml')}`;
  await assert.rejects(open(good, `audit-log-path=${folder}`), /EISDIR/);
  await assert.rejects(open(good, 'audit-webhook-config-file=/nowhere'), /cannot use the kubeconfig \/nowhere/);
  await rm(folder, { recursive: true });
});
