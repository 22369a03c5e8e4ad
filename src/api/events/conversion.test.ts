import assert from 'node:assert/strict';
import test from 'node:test';
import { fromCoreEvent, toCoreEvent } from './conversion.ts';

const event = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name: 'a.1', namespace: 'x' },
  eventTime: '2026-01-01T00:00:00.000000Z',
  regarding: { kind: 'Pod', name: 'a' },
  note: 'something happened',
  reportingController: 'k3ts/test',
  reportingInstance: 'test-1',
  action: 'Testing',
  reason: 'Tested',
  type: 'Normal',
  deprecatedCount: 3,
  series: { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' },
};

test('an event is the same event in both groups', () => {
  const core = toCoreEvent(event);
  assert.equal(core.apiVersion, 'v1');
  assert.deepEqual(core.involvedObject, { kind: 'Pod', name: 'a' });
  assert.equal(core.message, 'something happened');
  assert.equal(core.reportingComponent, 'k3ts/test');
  assert.equal(core.count, 3);
  assert.deepEqual(fromCoreEvent(core), event);
});
