import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Answer, TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';

const v1 = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
const v2 = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
const coreEvents = '/api/v1/namespaces/default/events';
const events = '/apis/events.k8s.io/v1/namespaces/default/events';
const applyType = 'application/apply-patch+yaml';

interface Owner {
  readonly manager: string;
  readonly apiVersion: string;
  readonly fieldsV1: Record<string, Record<string, unknown>>;
}

function ownersOf({ json }: Answer): Map<string, Owner> {
  return new Map(json.metadata.managedFields.map((owner: Owner) => [owner.manager, owner]));
}

describe('fields are managed in the version in which they were written', () => {
  let server: TestServer;
  let client: TestClient;

  before(async () => {
    server = await startTestServer();
    client = new TestClient(server, server.admin);
  });
  after(async () => {
    client.close();
    await server.close();
  });

  function autoscaler(apiVersion: string, name: string, spec: object) {
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
    return { apiVersion, kind: 'HorizontalPodAutoscaler', metadata: { name }, spec: { scaleTargetRef, ...spec } };
  }
  const cpu = (averageUtilization: number) => ({
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }],
  });

  test('an autoscaler created in v1 is owned in v1, and loses in its own words what is changed in v2', async () => {
    const object = autoscaler('autoscaling/v1', 'a', { maxReplicas: 5, targetCPUUtilizationPercentage: 50 });
    const created = await client.post(`${v1}?fieldManager=one`, object);
    assert.equal(created.status, 201, created.text);
    const one = ownersOf(created).get('one');
    assert.equal(one?.apiVersion, 'autoscaling/v1');
    assert.ok(one.fieldsV1['f:spec']?.['f:targetCPUUtilizationPercentage'], JSON.stringify(one));

    const changed = await client.patch(`${v2}/a?fieldManager=two`, { spec: cpu(70) });
    assert.equal(changed.status, 200, changed.text);
    const owners = ownersOf(changed);
    assert.equal(owners.get('two')?.apiVersion, 'autoscaling/v2');
    assert.ok(owners.get('two')?.fieldsV1['f:spec']?.['f:metrics']);
    const left = owners.get('one')?.fieldsV1['f:spec'];
    assert.ok(left?.['f:maxReplicas']);
    assert.equal(left['f:targetCPUUtilizationPercentage'], undefined);
    assert.equal((await client.get(`${v1}/a`)).json.spec.targetCPUUtilizationPercentage, 70);
  });

  test('an apply in one version conflicts with an owner in another, who is told by its own fields', async () => {
    const first = autoscaler('autoscaling/v1', 'b', { maxReplicas: 5, targetCPUUtilizationPercentage: 50 });
    const applied = await client.patch(`${v1}/b?fieldManager=one`, first, applyType);
    assert.equal(applied.status, 201, applied.text);
    const second = autoscaler('autoscaling/v2', 'b', { maxReplicas: 5, ...cpu(70) });
    const refused = await client.patch(`${v2}/b?fieldManager=two`, second, applyType);
    assert.equal(refused.status, 409, refused.text);
    assert.match(refused.json.message, /conflict with "one": .spec.targetCPUUtilizationPercentage/);
    const forced = await client.patch(`${v2}/b?fieldManager=two&force=true`, second, applyType);
    assert.equal(forced.status, 200, forced.text);
    assert.equal(ownersOf(forced).get('one')?.fieldsV1['f:spec']?.['f:targetCPUUtilizationPercentage'], undefined);
  });

  test('what v1 keeps in annotations is not lost by who does not know of it', async () => {
    await client.post(v2, autoscaler('autoscaling/v2', 'c', { maxReplicas: 5 }));
    const condition = { type: 'AbleToScale', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' };
    const status = { desiredReplicas: 1, currentReplicas: 1, conditions: [condition] };
    const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };
    await client.patch(`${v2}/c`, { spec: { behavior } });
    assert.equal((await client.patch(`${v2}/c/status`, { status })).status, 200);
    const plain = autoscaler('autoscaling/v1', 'c', { maxReplicas: 7 });
    const put = await client.put(`${v1}/c`, plain);
    assert.equal(put.status, 200, put.text);
    const after = (await client.get(`${v2}/c`)).json;
    assert.equal(after.spec.maxReplicas, 7);
    assert.equal(after.status.conditions[0].type, 'AbleToScale');
    // The spec is what was sent, by v1's rules.
    assert.equal(after.spec.behavior, undefined);

    await client.patch(`${v2}/c`, { spec: { behavior } });
    const counted = await client.put(`${v1}/c/status`, {
      ...plain,
      status: { desiredReplicas: 2, currentReplicas: 2 },
    });
    assert.equal(counted.status, 200, counted.text);
    const left = (await client.get(`${v2}/c`)).json;
    assert.equal(left.status.desiredReplicas, 2);
    assert.equal(left.spec.behavior.scaleDown.stabilizationWindowSeconds, 60);
  });

  test('an autoscaler of v1 is checked by the rules of both versions', async () => {
    const refused = await client.post(v1, autoscaler('autoscaling/v1', 'd', { maxReplicas: 0 }));
    assert.equal(refused.status, 422);
    assert.match(refused.json.message, /spec.maxReplicas: Invalid value: 0: must be greater than 0/);
    const created = await client.post(v1, autoscaler('autoscaling/v1', 'd', { maxReplicas: 3 }));
    assert.equal(created.json.spec.minReplicas, 1);
    assert.equal(created.json.spec.targetCPUUtilizationPercentage, 80);
    assert.equal(ownersOf(created).get('unknown')?.fieldsV1['f:spec']?.['f:targetCPUUtilizationPercentage'], undefined);
  });

  test('an event belongs to its writers by the words of their groups', async () => {
    const regarding = { kind: 'Pod', name: 'p', namespace: 'default' };
    const created = await client.post(`${events}?fieldManager=new`, {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      type: 'Normal',
      reason: 'Tested',
      action: 'Test',
      reportingController: 'test-controller',
      reportingInstance: 'test-1',
      regarding,
      note: 'it was tested',
    });
    assert.equal(created.status, 201, created.text);
    assert.ok(ownersOf(created).get('new')?.fieldsV1['f:note']);
    const changed = await client.patch(`${coreEvents}/e?fieldManager=old`, { message: 'again' });
    assert.equal(changed.status, 200, changed.text);
    const owners = ownersOf(changed);
    assert.equal(owners.get('new')?.apiVersion, 'events.k8s.io/v1');
    assert.equal(owners.get('new')?.fieldsV1['f:note'], undefined);
    assert.ok(owners.get('new')?.fieldsV1['f:regarding']);
    assert.equal(owners.get('old')?.apiVersion, 'v1');
    assert.ok(owners.get('old')?.fieldsV1['f:message']);
  });
});
