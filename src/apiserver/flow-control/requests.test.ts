import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { flowSchema } from '../../api/flowcontrol/flow-schema.ts';
import { priorityLevelConfiguration } from '../../api/flowcontrol/priority-level-configuration.ts';
import type { FlowSchema } from '../../api/schema/generated/types/flowcontrol-v1.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { Client } from '../../client/client.ts';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';
import type { Authorizer } from '../contract.ts';
import { createInProcessClient } from '../in-process-client.ts';
import { autoUpdateAnnotation, mandatory, suggested } from './config/bootstrap.ts';
import { ensureFlowConfiguration } from './config/ensure.ts';
import { publishDangling } from './config/status.ts';
import { createPriorityAndFairness, type PriorityAndFairness } from './start.ts';

/** Requests of `slow` are authorized when the test says so. */
const held: (() => void)[] = [];
const authorizer: Authorizer = {
  authorize({ user }) {
    if (user.name !== 'flood') return { decision: 'allow', reason: '' };
    return new Promise((resolve) => held.push(() => resolve({ decision: 'allow', reason: '' })));
  },
};
const release = () => {
  for (const go of held.splice(0)) go();
};

describe('requests under priority and fairness', () => {
  let server: TestServer;
  let client: Client;
  let flow: PriorityAndFairness;
  let metrics: MetricRegistry;

  before(async () => {
    metrics = new MetricRegistry();
    const overrides: { gate?: PriorityAndFairness['gate']; paths?: PriorityAndFairness['routes'] } = {};
    server = await startTestServer({
      authorizer,
      overrides: Object.assign(overrides, { metrics }),
      beforeStart(registry) {
        const user = { name: 'system:apiserver', groups: ['system:masters'] };
        client = createInProcessClient({ registry, user, name: 'kube-apiserver' });
        flow = createPriorityAndFairness({
          client,
          seats: 40,
          objects: () => 0,
          clock: systemClock,
          log: silentLogger,
          metrics,
        });
        overrides.gate = flow.gate;
        overrides.paths = flow.routes;
      },
    });
    await flow.start();
  });
  after(async () => {
    flow.stop();
    await server.close();
  });

  const read = (name: string) => client.get(flowSchema, { name });

  test('the objects of every cluster are there, say where they come from and that their levels are there', async () => {
    const schemas = await client.list(flowSchema);
    assert.equal(schemas.items.length, mandatory.schemas.length + suggested.schemas.length);
    for (const { metadata, status } of schemas.items) {
      assert.equal(metadata.annotations?.[autoUpdateAnnotation], 'true');
      assert.deepEqual(
        status?.conditions?.map(({ type, status: answer, reason }) => [type, answer, reason]),
        [['Dangling', 'False', 'Found']],
      );
    }
    const versions = async () => (await client.list(flowSchema)).items.map(({ metadata }) => metadata.resourceVersion);
    const was = await versions();
    await ensureFlowConfiguration(client);
    await publishDangling(client, Date.now());
    assert.deepEqual(await versions(), was, 'at rest nothing is written');
  });

  test('mandatory ones come back; suggested ones stay as an administrator wants them, when he says so', async () => {
    const change = async (name: string, precedence: number, annotation?: string) => {
      const found = await read(name);
      const annotations = { ...found.metadata.annotations };
      if (annotation !== undefined) annotations[autoUpdateAnnotation] = annotation;
      const spec = { ...found.spec, matchingPrecedence: precedence } as NonNullable<FlowSchema['spec']>;
      await client.update(flowSchema, { ...found, metadata: { ...found.metadata, annotations }, spec });
    };
    await change('catch-all', 9999, 'false');
    await change('service-accounts', 8000, 'false');
    await change('global-default', 9000);
    await client.delete(flowSchema, { name: 'probes' });
    await client.create(flowSchema, {
      metadata: { name: 'of-an-older-version', annotations: { [autoUpdateAnnotation]: 'true' } },
      spec: { priorityLevelConfiguration: { name: 'nothing' }, matchingPrecedence: 77 },
    });
    await ensureFlowConfiguration(client);
    const precedences = async (name: string) => (await read(name)).spec?.matchingPrecedence;
    assert.deepEqual(
      await Promise.all(['catch-all', 'service-accounts', 'global-default', 'probes'].map(precedences)),
      [10_000, 8000, 9900, 2],
    );
    assert.equal((await read('catch-all')).metadata.annotations?.[autoUpdateAnnotation], 'true');
    await assert.rejects(read('of-an-older-version'), { reason: 'NotFound' });
  });

  test('a schema without its level says so', async () => {
    await client.create(flowSchema, {
      metadata: { name: 'mine' },
      spec: { priorityLevelConfiguration: { name: 'nothing' }, matchingPrecedence: 77 },
    });
    await publishDangling(client, Date.now());
    const [condition] = (await read('mine')).status?.conditions ?? [];
    assert.equal(condition?.status, 'True');
    assert.equal(
      condition.message,
      'This FlowSchema references the PriorityLevelConfiguration object named "nothing" but there is no such object',
    );
    await client.delete(flowSchema, { name: 'mine' });
  });

  test('answers say how they were classified', async () => {
    const jane = new TestClient(server, await server.client('jane', ['system:authenticated']));
    const { headers } = await jane.get('/api/v1/namespaces/default/pods');
    jane.close();
    assert.equal(headers['x-kubernetes-pf-flowschema-uid'], (await read('global-default')).metadata.uid);
    const level = await client.get(priorityLevelConfiguration, { name: 'global-default' });
    assert.equal(headers['x-kubernetes-pf-prioritylevel-uid'], level.metadata.uid);
  });

  test('watches hold a seat only while they begin; whoever acts as another is judged as that one', async () => {
    const jane = new TestClient(server, await server.client('jane', ['system:authenticated']));
    const watches = Array.from({ length: 40 }, () => jane.get('/api/v1/nodes?watch=true&timeoutSeconds=1'));
    assert.deepEqual(new Set((await Promise.all(watches)).map(({ status }) => status)), new Set([200]));
    assert.match(
      metrics.render(),
      /current_executing_requests\{priority_level="global-default",flow_schema="global-default"\} 0\n/,
    );
    const refused = await jane.get('/api/v1/nodes?watch=true&fieldSelector=spec.nothing%3Dx');
    assert.equal(refused.status, 400);
    jane.close();
    assert.match(
      metrics.render(),
      /current_executing_requests\{priority_level="global-default",flow_schema="global-default"\} 0\n/,
      'a watch that is refused gives its seat back once',
    );
    const admin = new TestClient(server, server.admin);
    const { headers } = await admin.get('/api/v1/nodes', {
      'impersonate-user': 'system:node:n',
      'impersonate-group': 'system:nodes',
    });
    admin.close();
    assert.equal(headers['x-kubernetes-pf-flowschema-uid'], (await read('system-node-high')).metadata.uid);
  });

  test('a large answer holds its seat until it is read', async () => {
    const configMap = { metadata: { name: 'large' }, data: { k: 'x'.repeat(900_000) } };
    const admin = new TestClient(server, server.admin);
    await admin.post('/api/v1/namespaces/default/configmaps', configMap);
    admin.close();
    const jane = new TestClient(server, await server.client('jane', ['system:authenticated']));
    const stream = jane.session.request({ ':path': '/api/v1/namespaces/default/configmaps/large' });
    await once(stream, 'response');
    const executing = () =>
      /current_executing_requests\{priority_level="global-default",flow_schema="global-default"\} (\d)/.exec(
        metrics.render(),
      )?.[1];
    await setTimeout(50);
    assert.equal(executing(), '1', 'nobody has read it');
    stream.resume();
    await once(stream, 'close');
    for (let turn = 0; turn < 100 && executing() !== '0'; turn++) await setTimeout(10);
    assert.equal(executing(), '0');
    jane.close();
  });

  test('a flood of one user starves neither others of his level nor the nodes', async () => {
    const flood = new TestClient(server, await server.client('flood', ['system:authenticated']));
    const jane = new TestClient(server, await server.client('jane', ['system:authenticated']));
    const node = new TestClient(server, await server.client('system:node:n', ['system:nodes']));
    const list = '/api/v1/namespaces/default/pods';
    const flooding = Array.from({ length: 600 }, () => flood.get(list));
    const answered = { count: 0, refused: 0 };
    for (const one of flooding)
      void one.then(({ status, headers, json }) => {
        answered.count++;
        if (status !== 429) return;
        answered.refused++;
        assert.match(String(headers['retry-after']), /^\d+$/);
        assert.equal(json.message, 'too many requests, please try again later');
      });
    while (answered.refused === 0) await node.get('/api/v1/nodes');
    assert.equal((await node.get('/api/v1/nodes')).status, 200, 'other levels have their own seats');
    const waiting = jane.get(list);
    const admin = new TestClient(server, server.admin);
    const dump = await admin.get('/debug/api_priority_and_fairness/dump_requests?includeRequestDetails=1');
    assert.match(dump.text, /global-default, +global-default, .*flood, .*list, .*\/api\/v1\/namespaces\/default\/pods/);
    assert.match((await admin.get('/debug/api_priority_and_fairness/dump_priority_levels')).text, /^exempt, /m);
    assert.match((await admin.get('/debug/api_priority_and_fairness/dump_queues')).text, /^global-default, +0, /m);
    const refusedAlready = answered.count;
    const going = setInterval(release, 1);
    assert.equal((await waiting).status, 200);
    const before = answered.count - refusedAlready;
    assert.ok(before < 100, `${before} that came earlier were answered first, of about 300 that wait`);
    await Promise.all(flooding);
    clearInterval(going);
    assert.ok(answered.refused > 100 && answered.refused < 600, String(answered.refused));
    const text = metrics.render();
    assert.match(
      text,
      /apiserver_flowcontrol_rejected_requests_total\{priority_level="global-default",flow_schema="global-default",reason="queue-full"\} \d+/,
    );
    assert.match(
      text,
      /apiserver_flowcontrol_current_executing_seats\{priority_level="global-default",flow_schema="global-default"\} 0\n/,
    );
    for (const one of [flood, jane, node, admin]) one.close();
  });
});
