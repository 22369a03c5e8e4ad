import assert from 'node:assert/strict';
import { until } from '../../harness/wait.ts';
import type { Api, Loose } from './api.ts';
import { untilGone } from './server.ts';

export interface Operations {
  readonly group: string;
  /** Default: v1. */
  readonly version?: string;
  readonly plural: string;
  /** Of a namespaced kind: where its objects are. */
  readonly namespace?: string;
  /** A new object's metadata to begin with a `generateName`, and everything else. */
  readonly object: Loose;
  /** What a patch changes beside an annotation, and what is then to be seen. */
  readonly change?: { readonly patch: Loose; readonly check: (object: Loose) => void };
  /** Has `/status` with conditions; where it has others, what to write there and what is then to be seen. */
  readonly status: boolean | { readonly patch: Loose; readonly check: (object: Loose) => void };
}

/**
 * What upstream's tests named "should support … API operations" do with a kind: discovery,
 * create, get, list, watch, patch, update, status, delete, and deletion of a collection.
 */
export async function checkOperations(api: Api, operations: Operations): Promise<void> {
  const { group, version = 'v1', plural, namespace, object, change, status } = operations;
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  if (group !== '') await checkGroup(api, group, version);
  const { resources } = await api.get(base);
  const names = resources.map(({ name }: Loose) => name);
  for (const name of status ? [plural, `${plural}/status`] : [plural])
    assert.ok(names.includes(name), `${name} in ${base}`);

  const path = namespace === undefined ? `${base}/${plural}` : `${base}/namespaces/${namespace}/${plural}`;
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
  assert.ok((await api.get(`${base}/${plural}?labelSelector=${encodeURIComponent(label)}`)).items.length >= 3);

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

  if (status === true) await checkStatus(api, one);
  else if (status) {
    const written = await api.patch(`${one}/status`, { status: status.patch });
    status.check(written);
    status.check(await api.get(`${one}/status`));
    assert.deepEqual(written.spec, updated.spec);
  }

  await api.delete(one);
  await untilGone(api, one); // what has finalizers goes when their owners have seen it
  await watch.until(({ type, object: seen }) => type === 'DELETED' && seen.metadata.name === first.metadata.name);
  watch.stop();
  assert.equal(await count(), 2);
  await api.delete(chosen);
  await until('the collection to be gone', async () => (await count()) === 0, { everyMs: 20 });
}

async function checkGroup(api: Api, group: string, version: string): Promise<void> {
  const { groups } = await api.get('/apis');
  const found = groups.find(({ name }: Loose) => name === group);
  assert.ok(
    found?.versions.some((each: Loose) => each.version === version),
    `${group}/${version} in /apis`,
  );
  const { versions } = await api.get(`/apis/${group}`);
  assert.ok(versions.some(({ groupVersion }: Loose) => groupVersion === `${group}/${version}`));
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
  const types = typesOf(await api.get(path));
  for (const type of ['PatchStatusFailed', 'StatusUpdateFailed'])
    assert.ok(types.includes(type), `${type} in ${types}`);
}
