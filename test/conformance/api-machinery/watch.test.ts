import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose, Watch } from '../harness/api.ts';
import { startControlPlane } from '../harness/server.ts';

const { api, namespace } = await startControlPlane();

const label = 'watch-this-configmap';
/** How long a watch is looked at that should have nothing to say. */
const silenceMs = 300;

const watchOf = (configMaps: string, values: readonly string[], from?: string) =>
  api.watch(
    `${configMaps}?labelSelector=${encodeURIComponent(`${label} in (${values.join(',')})`)}${from === undefined ? '' : `&resourceVersion=${from}`}`,
  );

async function expectEvent(watch: Watch, type: string, object: Loose): Promise<void> {
  const event = await watch.next();
  assert.deepEqual({ type: event.type, object: event.object }, { type, object });
}

/** A deletion is told with a newer resource version than the last state had. */
async function expectDeleted(watch: Watch, object: Loose): Promise<void> {
  const event = await watch.next();
  assert.equal(event.type, 'DELETED');
  const { resourceVersion, ...metadata } = event.object.metadata;
  const { resourceVersion: last, ...lastMetadata } = object.metadata;
  assert.ok(Number(resourceVersion) > Number(last));
  assert.deepEqual({ ...event.object, metadata }, { ...object, metadata: lastMetadata });
}

async function expectSilence(...watches: Watch[]): Promise<void> {
  for (const event of await Promise.all(watches.map((watch) => watch.poll(silenceMs)))) assert.equal(event, undefined);
}

const setMutation = (path: string, value: number) =>
  api.modify(path, (object) => {
    object.data = { ...object.data, mutation: String(value) };
  });

test('Watchers should observe add, update, and delete watch notifications on configmaps', async () => {
  const configMaps = `/api/v1/namespaces/${await namespace('watch')}/configmaps`;
  const [labelA, labelB] = ['multiple-watchers-A', 'multiple-watchers-B'];
  const a = await watchOf(configMaps, [labelA]);
  const b = await watchOf(configMaps, [labelB]);
  const both = await watchOf(configMaps, [labelA, labelB]);
  const [pathA, pathB] = [`${configMaps}/e2e-watch-test-configmap-a`, `${configMaps}/e2e-watch-test-configmap-b`];

  const createdA = await api.create(configMaps, {
    metadata: { name: 'e2e-watch-test-configmap-a', labels: { [label]: labelA } },
  });
  await expectEvent(a, 'ADDED', createdA);
  await expectEvent(both, 'ADDED', createdA);
  const once = await setMutation(pathA, 1);
  await expectEvent(a, 'MODIFIED', once);
  await expectEvent(both, 'MODIFIED', once);
  const twice = await setMutation(pathA, 2);
  await expectEvent(a, 'MODIFIED', twice);
  await expectEvent(both, 'MODIFIED', twice);
  await api.delete(pathA);
  await expectDeleted(a, twice);
  await expectDeleted(both, twice);
  await expectSilence(b);

  const createdB = await api.create(configMaps, {
    metadata: { name: 'e2e-watch-test-configmap-b', labels: { [label]: labelB } },
  });
  await expectEvent(b, 'ADDED', createdB);
  await expectEvent(both, 'ADDED', createdB);
  await api.delete(pathB);
  await expectDeleted(b, createdB);
  await expectDeleted(both, createdB);
  await expectSilence(a, b, both);
  for (const watch of [a, b, both]) watch.stop();
});

test('Watchers should be able to start watching from a specific resource version', async () => {
  const configMaps = `/api/v1/namespaces/${await namespace('watch')}/configmaps`;
  const path = `${configMaps}/e2e-watch-test-resource-version`;
  const value = 'from-resource-version';
  await api.create(configMaps, { metadata: { name: 'e2e-watch-test-resource-version', labels: { [label]: value } } });
  const first = await setMutation(path, 1);
  const second = await setMutation(path, 2);
  await api.delete(path);
  const watch = await watchOf(configMaps, [value], first.metadata.resourceVersion);
  await expectEvent(watch, 'MODIFIED', second);
  await expectDeleted(watch, second);
  watch.stop();
});

test('Watchers should be able to restart watching from the last resource version observed by the previous watch', async () => {
  const configMaps = `/api/v1/namespaces/${await namespace('watch')}/configmaps`;
  const path = `${configMaps}/e2e-watch-test-watch-closed`;
  const value = 'watch-closed-and-restarted';
  const broken = await watchOf(configMaps, [value]);
  const created = await api.create(configMaps, {
    metadata: { name: 'e2e-watch-test-watch-closed', labels: { [label]: value } },
  });
  const first = await setMutation(path, 1);
  await expectEvent(broken, 'ADDED', created);
  const seen = await broken.next();
  assert.deepEqual(seen, { type: 'MODIFIED', object: first });
  broken.stop();
  const second = await setMutation(path, 2);
  const restarted = await watchOf(configMaps, [value], seen.object.metadata.resourceVersion);
  await api.delete(path);
  await expectEvent(restarted, 'MODIFIED', second);
  await expectDeleted(restarted, second);
  restarted.stop();
});

test('Watchers should observe an object deletion if it stops meeting the requirements of the selector', async () => {
  const configMaps = `/api/v1/namespaces/${await namespace('watch')}/configmaps`;
  const path = `${configMaps}/e2e-watch-test-label-changed`;
  const value = 'label-changed-and-restored';
  const setLabel = (changed: string) =>
    api.modify(path, ({ metadata }) => {
      metadata.labels[label] = changed;
    });
  const watch = await watchOf(configMaps, [value]);
  const created = await api.create(configMaps, {
    metadata: { name: 'e2e-watch-test-label-changed', labels: { [label]: value } },
  });
  const first = await setMutation(path, 1);
  await setLabel('wrong-value');
  await expectEvent(watch, 'ADDED', created);
  await expectEvent(watch, 'MODIFIED', first);
  await expectDeleted(watch, first);
  await setMutation(path, 2);
  await expectSilence(watch);
  const restored = await setLabel(value);
  const third = await setMutation(path, 3);
  await api.delete(path);
  await expectEvent(watch, 'ADDED', restored);
  await expectEvent(watch, 'MODIFIED', third);
  await expectDeleted(watch, third);
  watch.stop();
});

test('Watchers should receive events on concurrent watches in same order', async () => {
  const iterations = 100;
  const configMaps = `/api/v1/namespaces/${await namespace('watch')}/configmaps`;
  let done = false;
  const writing = writeAtRandom(configMaps, () => done);
  const watches: Watch[] = [];
  let from = (await api.get(configMaps)).metadata.resourceVersion;
  for (let turn = 0; turn < iterations; turn++) {
    watches.push(await api.watch(`${configMaps}?resourceVersion=${from}`));
    // What the first watch sees in this turn, every other one must see too, from where it began.
    const versions = await Promise.all(
      watches.map(async (watch) => {
        const { type, object } = await watch.next();
        return `${type} ${object.metadata.resourceVersion}`;
      }),
    );
    assert.deepEqual([...new Set(versions)], [versions[0]], `turn ${turn}`);
    from = versions[0]?.split(' ')[1];
  }
  done = true;
  await writing;
  for (const watch of watches) watch.stop();
});

/** Creates, updates and deletes at most five config maps again and again. */
async function writeAtRandom(configMaps: string, isDone: () => boolean): Promise<void> {
  const existing: string[] = [];
  let count = 0;
  while (!isDone()) {
    const chosen = existing[Math.floor(Math.random() * existing.length)];
    const action = chosen === undefined ? 'create' : ['create', 'update', 'delete'][Math.floor(Math.random() * 3)];
    if (action === 'create' && existing.length < 5) {
      const name = `e2e-watch-test-concurrent-${count++}`;
      await api.create(configMaps, { metadata: { name, labels: { writer: 'random' } } });
      existing.push(name);
    } else if (action === 'delete') {
      await api.delete(`${configMaps}/${chosen}`);
      existing.splice(existing.indexOf(chosen ?? ''), 1);
    } else await api.patch(`${configMaps}/${chosen}`, { metadata: { labels: { mutated: `${count++}` } } });
  }
}
