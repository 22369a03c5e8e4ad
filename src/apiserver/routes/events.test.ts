import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';

const coreEvents = '/api/v1/namespaces/default/events';
const events = '/apis/events.k8s.io/v1/namespaces/default/events';
const time = '2026-01-01T00:00:00.000000Z';

describe('events in both of their groups', () => {
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

  const event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'default' },
    eventTime: time,
    type: 'Normal',
    reason: 'Tested',
    action: 'Test',
    reportingController: 'test-controller',
    reportingInstance: 'test-1',
    regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
    note: 'it was tested',
  };

  test('one is written in the new group, by its rules, and read in the old one', async () => {
    const created = await client.post(events, event);
    assert.equal(created.status, 201, created.text);
    assert.equal(created.json.metadata.managedFields[0].apiVersion, 'events.k8s.io/v1');
    const old = await client.get(`${coreEvents}/e`);
    assert.equal(old.json.message, 'it was tested');
    assert.equal(old.json.involvedObject.name, 'p');
    const bad = await client.post(events, { ...event, metadata: { name: 'f' }, type: 'Odd', deprecatedCount: 1 });
    assert.equal(bad.status, 422);
    assert.deepEqual(
      bad.json.details.causes.map(({ field, message }: { field: string; message: string }) => `${field}: ${message}`),
      ['type: Invalid value: "": has invalid value: Odd', 'count: Invalid value: "": needs to be unset'],
    );
  });

  test('its series goes on, and nothing else of it', async () => {
    const series = { series: { count: 2, lastObservedTime: time } };
    const counted = await client.patch(`${events}/e`, series);
    assert.equal(counted.status, 200, counted.text);
    assert.equal(counted.json.series.count, 2);
    const changed = await client.patch(`${events}/e`, { reason: 'Other' });
    assert.equal(changed.status, 422);
    assert.match(changed.json.message, /reason: Invalid value: "Other": field is immutable/);
    const byOldRules = await client.patch(`${coreEvents}/e`, { reason: 'Other' });
    assert.equal(byOldRules.status, 200, byOldRules.text);
  });

  test('an event of the old sort is about its own namespace', async () => {
    const legacy = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'l', namespace: 'default' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'elsewhere' },
    };
    const { status, json } = await client.post(coreEvents, legacy);
    assert.equal(status, 422);
    assert.match(json.message, /involvedObject.namespace: Invalid value: "elsewhere": does not match event.namespace/);
  });
});
