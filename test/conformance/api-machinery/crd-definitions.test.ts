import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose, Watch } from '../harness/api.ts';
import { definitions, establish, objectOf, objectsOf, randomDefinition } from '../harness/crds.ts';
import { startControlPlane, untilGone, untilIs } from '../harness/server.ts';

const { api } = await startControlPlane();
const pathOf = (definition: Loose) => `${definitions}/${definition.metadata.name}`;

test('CustomResourceDefinition resources [Privileged:ClusterAdmin] Simple CustomResourceDefinition creating/deleting custom resource definition objects works', async () => {
  const definition = randomDefinition('simple');
  await establish(api, definition);
  await api.delete(pathOf(definition));
  await untilGone(api, pathOf(definition));
  assert.equal((await api.raw('GET', objectsOf(definition))).status, 404);
});

test('CustomResourceDefinition resources [Privileged:ClusterAdmin] Simple CustomResourceDefinition listing custom resource definition objects works', async () => {
  const labels = { 'e2e-list-test-uuid': 'listed' };
  const labeled = Array.from({ length: 10 }, () => randomDefinition('list', { labels }));
  const other = randomDefinition('unlisted');
  for (const definition of [...labeled, other]) await establish(api, definition);
  const chosen = `${definitions}?labelSelector=e2e-list-test-uuid%3Dlisted`;
  const { items } = await api.get(chosen);
  assert.deepEqual(
    items.map(({ metadata }: Loose) => metadata.name).sort(),
    labeled.map(({ metadata }) => metadata.name).sort(),
  );
  for (const { spec } of items) {
    const expected = labeled.find(({ spec: { group } }) => group === spec.group);
    assert.deepEqual(spec, { conversion: { strategy: 'None' }, ...expected.spec });
  }
  await api.delete(chosen);
  for (const definition of labeled) await untilGone(api, pathOf(definition));
  assert.equal((await api.get(pathOf(other))).metadata.name, other.metadata.name);
});

test('CustomResourceDefinition resources [Privileged:ClusterAdmin] Simple CustomResourceDefinition getting/updating/patching custom resource definition status sub-resource works', async () => {
  const definition = randomDefinition('status');
  await establish(api, definition);
  const status = `${pathOf(definition)}/status`;
  assert.equal((await api.get(status)).metadata.name, definition.metadata.name);
  const updateCondition = { message: 'updated', reason: 'Updated', status: 'True', type: 'StatusUpdate' };
  const updated = await api.modify(status, (object) => {
    object.status.conditions.push(updateCondition);
  });
  const typesOf = (object: Loose) => object.status.conditions.map(({ type }: Loose) => type);
  assert.ok(typesOf(updated).includes('StatusUpdate'));
  assert.ok(typesOf(await api.get(pathOf(definition))).includes('StatusUpdate'));
  const patchCondition = { message: 'patched', reason: 'Patched', status: 'True', type: 'StatusPatch' };
  const patched = await api.patch(status, { status: { conditions: [patchCondition] } }, 'merge');
  assert.ok(typesOf(patched).includes('StatusPatch'));
  assert.ok(typesOf(await api.get(pathOf(definition))).includes('StatusPatch'));
});

test('CustomResourceDefinition resources [Privileged:ClusterAdmin] should include custom resource definition resources in discovery documents', async () => {
  const { groups } = await api.get('/apis');
  const group = groups.find(({ name }: Loose) => name === 'apiextensions.k8s.io');
  assert.ok(group.versions.some(({ groupVersion }: Loose) => groupVersion === 'apiextensions.k8s.io/v1'));
  const { versions } = await api.get('/apis/apiextensions.k8s.io');
  assert.ok(versions.some(({ groupVersion }: Loose) => groupVersion === 'apiextensions.k8s.io/v1'));
  const { resources } = await api.get('/apis/apiextensions.k8s.io/v1');
  assert.ok(resources.some(({ name }: Loose) => name === 'customresourcedefinitions'));
});

test('CustomResourceDefinition resources [Privileged:ClusterAdmin] custom resource defaulting for requests and from storage works', async () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string' } },
  };
  const definition = randomDefinition('defaulting', { schema });
  await establish(api, definition);
  const collection = objectsOf(definition);
  const setDefault = (field: string, value: string | undefined) =>
    api.patch(
      pathOf(definition),
      [
        {
          op: value === undefined ? 'remove' : 'add',
          path: `/spec/versions/0/schema/openAPIV3Schema/properties/${field}/default`,
          ...(value !== undefined && { value }),
        },
      ],
      'json',
    );

  const first = await api.create(collection, objectOf(definition, 'foo1'));
  assert.equal(first.a, undefined);
  await setDefault('a', 'A');
  await untilIs(api, `${collection}/foo1`, ({ a }) => a === 'A');
  const second = await api.create(collection, objectOf(definition, 'foo2'));
  assert.equal(second.a, 'A', 'the default is stored with a new object');
  await setDefault('a', undefined);
  await setDefault('b', 'B');
  await untilIs(api, `${collection}/foo1`, ({ b }) => b === 'B');
  const read = [await api.get(`${collection}/foo1`), await api.get(`${collection}/foo2`)];
  assert.deepEqual(
    read.map(({ a, b }) => ({ a, b })),
    [
      { a: undefined, b: 'B' },
      { a: 'A', b: 'B' },
    ],
  );
});

test('CustomResourceDefinition Watch [Privileged:ClusterAdmin] CustomResourceDefinition Watch watch on custom resource definition objects', async () => {
  const definition = randomDefinition('watch');
  await establish(api, definition);
  const collection = objectsOf(definition);
  const names = ['name1', 'name2'];
  const watches: Watch[] = [];
  for (const name of names) watches.push(await api.watch(`${collection}?fieldSelector=metadata.name%3D${name}`));
  for (const name of names) await api.create(collection, objectOf(definition, name, { content: { key: 'value' } }));
  for (const [index, name] of names.entries()) {
    const added = await watches[index]?.next();
    assert.deepEqual([added?.type, added?.object.metadata.name], ['ADDED', name]);
  }
  for (const name of names) await api.patch(`${collection}/${name}`, { content: { key: 'value2' } });
  for (const [index, name] of names.entries()) {
    const modified = await watches[index]?.next();
    assert.deepEqual([modified?.type, modified?.object.metadata.name], ['MODIFIED', name]);
    assert.equal(modified?.object.content.key, 'value2');
  }
  for (const name of names) await api.delete(`${collection}/${name}`);
  for (const [index, name] of names.entries()) {
    const deleted = await watches[index]?.next();
    assert.deepEqual([deleted?.type, deleted?.object.metadata.name], ['DELETED', name]);
    assert.equal(await watches[index]?.poll(100), undefined);
    watches[index]?.stop();
  }
});
