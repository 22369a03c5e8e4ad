import assert from 'node:assert/strict';
import type { Api, Loose } from './api.ts';

export interface Operations {
  readonly group: string;
  readonly plural: string;
  /** A new object's metadata to begin with a `generateName`, and everything else. */
  readonly object: Loose;
  /** What a patch changes beside an annotation, and what is then to be seen. */
  readonly change?: { readonly patch: Loose; readonly check: (object: Loose) => void };
  /** Has `/status` with conditions. */
  readonly status: boolean;
}

/**
 * What upstream's tests named "should support … API operations" do with a cluster-scoped kind of version v1: discovery,
 * create, get, list, watch, patch, update, status, delete, and deletion of a collection.
 */
export async function checkOperations(api: Api, { group, plural, object, change, status }: Operations): Promise<void> {
  const { groups } = await api.get('/apis');
  const found = groups.find(({ name }: Loose) => name === group);
  assert.ok(
    found?.versions.some(({ version }: Loose) => version === 'v1'),
    `${group}/v1 in /apis`,
  );
  const { versions } = await api.get(`/apis/${group}`);
  assert.ok(versions.some(({ groupVersion }: Loose) => groupVersion === `${group}/v1`));
  const { resources } = await api.get(`/apis/${group}/v1`);
  const names = resources.map(({ name }: Loose) => name);
  for (const name of status ? [plural, `${plural}/status`] : [plural])
    assert.ok(names.includes(name), `${name} in /apis/${group}/v1`);

  const path = `/apis/${group}/v1/${plural}`;
  const label = `example-e2e-${plural}=true`;
  const [labelKey = ''] = label.split('=');
  const chosen = `${path}?labelSelector=${encodeURIComponent(label)}`;
  const fresh = () => {
    const copy = structuredClone(object);
    copy.metadata = { ...copy.metadata, labels: { ...copy.metadata?.labels, [labelKey]: 'true' } };
    return copy;
  };
  const count = async () => (await api.get(chosen)).items.length;

  const first = await api.create(path, fresh());
  assert.ok(first.metadata.uid);
  const twin = { ...fresh(), metadata: { ...fresh().metadata, name: first.metadata.name } };
  await assert.rejects(api.create(path, twin), { reason: 'AlreadyExists' });
  await api.create(path, fresh());
  await api.create(path, fresh());

  const one = `${path}/${first.metadata.name}`;
  assert.equal((await api.get(one)).metadata.uid, first.metadata.uid);
  assert.equal(await count(), 3);

  const listed = await api.get(chosen);
  const watch = await api.watch(`${chosen}&resourceVersion=${listed.metadata.resourceVersion}`);

  const patch = { ...change?.patch, metadata: { annotations: { patched: 'true' } } };
  const patched = await api.patch(one, patch);
  assert.equal(patched.metadata.annotations.patched, 'true');
  change?.check(patched);
  const updated = await api.modify(one, ({ metadata }) => {
    metadata.annotations = { ...metadata.annotations, updated: 'true' };
  });
  assert.equal(updated.metadata.annotations.updated, 'true');
  const both = await watch.until(({ object: seen }) => seen.metadata.annotations?.updated === 'true');
  assert.equal(both.type, 'MODIFIED');
  assert.equal(both.object.metadata.annotations.patched, 'true');

  if (status) await checkStatus(api, one);

  await api.delete(one);
  await assert.rejects(api.get(one), { reason: 'NotFound' });
  await watch.until(({ type, object: seen }) => type === 'DELETED' && seen.metadata.name === first.metadata.name);
  watch.stop();
  assert.equal(await count(), 2);
  await api.delete(chosen);
  assert.equal(await count(), 0);
}

async function checkStatus(api: Api, path: string): Promise<void> {
  const { metadata } = await api.get(`${path}/status`);
  const condition = (type: string) => ({
    type,
    status: 'False',
    reason: 'E2E',
    message: 'set by an e2e test',
    lastTransitionTime: '2020-01-01T00:00:00Z',
  });
  const typesOf = (object: Loose) => object.status.conditions.map(({ type }: Loose) => type);
  const patched = await api.patch(`${path}/status`, {
    metadata: { annotations: { patchedstatus: 'true' } },
    status: { conditions: [condition('PatchStatusFailed')] },
  });
  assert.ok(typesOf(patched).includes('PatchStatusFailed'));
  assert.equal(patched.metadata.annotations.patchedstatus, 'true');
  assert.equal(patched.metadata.uid, metadata.uid);
  const updated = await api.modify(`${path}/status`, (object) => {
    object.status.conditions = [...object.status.conditions, condition('StatusUpdateFailed')];
  });
  assert.ok(typesOf(updated).includes('StatusUpdateFailed'));
  assert.deepEqual(typesOf(await api.get(path)), typesOf(updated));
}
