import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose } from '../harness/api.ts';
import { startControlPlane } from '../harness/server.ts';

const { api, namespace } = await startControlPlane();

const labels = { 'testevent-constant': 'true' };
const everywhere = (path: string) => `${path}/events?labelSelector=testevent-constant%3Dtrue`;
const microTime = '2026-01-02T03:04:05.000006Z';

/** Everything but what each write changes. */
function content({ metadata, ...rest }: Loose): Loose {
  const { resourceVersion: _, managedFields: __, generation: ___, ...kept } = metadata;
  return { metadata: kept, ...rest };
}

async function checkCollection(collection: string, event: (name: string) => Loose): Promise<void> {
  const chosen = `${collection}?labelSelector=testevent-set%3Dtrue`;
  for (const name of ['test-event-1', 'test-event-2', 'test-event-3']) {
    const made = event(name);
    await api.create(collection, { ...made, metadata: { ...made.metadata, labels: { 'testevent-set': 'true' } } });
  }
  assert.equal((await api.get(chosen)).items.length, 3);
  await api.delete(chosen);
  assert.equal((await api.get(chosen)).items.length, 0);
}

test('Events should manage the lifecycle of an event', async () => {
  const space = await namespace('events');
  const collection = `/api/v1/namespaces/${space}/events`;
  const path = `${collection}/event-test`;
  await api.create(collection, {
    metadata: { name: 'event-test', labels },
    message: 'This is a test event',
    reason: 'Test',
    type: 'Normal',
    count: 1,
    involvedObject: { namespace: space },
  });
  const { items } = await api.get(everywhere('/api/v1'));
  const found = items.find(({ metadata }: Loose) => metadata.namespace === space);
  assert.equal(found.metadata.name, 'event-test');

  const message = 'This is a test event - patched';
  await api.patch(path, { message }, 'strategic');
  const patched = await api.get(path);
  assert.equal(patched.message, message);
  assert.deepEqual(content({ ...patched, message: '' }), content({ ...(await api.get(path)), message: '' }));

  const series = { count: 100, lastObservedTime: microTime };
  const updated = await api.update(path, { ...patched, series });
  assert.deepEqual(updated.series, series);
  const fetched = await api.get(path);
  assert.deepEqual(content(fetched), content({ ...patched, series }));

  await api.delete(path);
  const left = (await api.get(everywhere('/api/v1'))).items;
  assert.ok(!left.some(({ metadata }: Loose) => metadata.namespace === space));
});

test('Events should delete a collection of events', async () => {
  const space = await namespace('events');
  await checkCollection(`/api/v1/namespaces/${space}/events`, (name) => ({
    metadata: { name },
    message: `This is ${name}`,
    reason: 'Test',
    type: 'Normal',
    count: 1,
    involvedObject: { namespace: space },
  }));
});

const newEvent = (name: string, space: string) => ({
  metadata: { name, labels },
  regarding: { namespace: space },
  eventTime: microTime,
  note: `This is ${name}`,
  action: 'Do',
  reason: 'Test',
  type: 'Normal',
  reportingController: `test-controller-${space}`,
  reportingInstance: 'test-node',
});

test('Events API should ensure that an event can be fetched, patched, deleted, and listed', async () => {
  const group = '/apis/events.k8s.io/v1';
  const space = await namespace('events');
  const collection = `${group}/namespaces/${space}/events`;
  const path = `${collection}/event-test`;
  const created = await api.create(collection, newEvent('event-test', space));
  const listed = (await api.get(everywhere(group))).items;
  assert.ok(listed.some(({ metadata }: Loose) => metadata.namespace === space && metadata.name === 'event-test'));
  assert.equal((await api.get(collection)).items.length, 1);
  const core = `/api/v1/namespaces/${space}/events`;
  // Where there is no source, the controller counts as it.
  for (const [controller, count] of [
    [`test-controller-${space}`, 1],
    ['somebody-else', 0],
  ] as const)
    assert.equal((await api.get(`${core}?fieldSelector=source%3D${controller}`)).items.length, count);
  for (const [selector, count] of [
    [`reportingController=test-controller-${space}`, 1],
    ['reportingController=somebody-else', 0],
    [`regarding.namespace=${space},reason=Test`, 1],
  ] as const) {
    const { items } = await api.get(`${collection}?fieldSelector=${encodeURIComponent(selector)}`);
    assert.equal(items.length, count, selector);
  }
  const fetched = await api.get(path);
  assert.deepEqual(fetched, created);

  // The row's text says "note"; that has been immutable in this version since it was made, and upstream's test patches this.
  const first = { count: 2, lastObservedTime: microTime };
  await api.patch(path, { series: first }, 'strategic');
  const patched = await api.get(path);
  assert.deepEqual(content(patched), content({ ...created, series: first }));
  await assert.rejects(api.patch(path, { note: 'patched' }), { reason: 'Invalid', message: /field is immutable/ });
  const series = { count: 100, lastObservedTime: microTime };
  await api.update(path, content({ ...patched, series })); // whatever version it has by now
  assert.deepEqual(content(await api.get(path)), content({ ...created, series }));
  // The same event in its older form.
  const old = await api.get(`${core}/event-test`);
  assert.equal(old.message, created.note);
  assert.deepEqual(old.involvedObject, created.regarding);

  await api.delete(path);
  assert.equal((await api.get(collection)).items.length, 0);
});

test('Events API should delete a collection of events', async () => {
  const space = await namespace('events');
  await checkCollection(`/apis/events.k8s.io/v1/namespaces/${space}/events`, (name) => newEvent(name, space));
});
