import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../harness/wait.ts';
import type { Loose } from '../harness/api.ts';
import { establish, objectOf, objectsOf, randomDefinition } from '../harness/crds.ts';
import { image } from '../harness/objects.ts';
import { startControlPlane, untilGone } from '../harness/server.ts';

/** Upstream's tests of the garbage collector that are no conformance rows. */
const { api, namespace } = await startControlPlane({ nodes: ['n1'] });

const referenceTo = ({ apiVersion, kind, metadata }: Loose) => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid,
});

async function ownerAndDependent(scope: 'Namespaced' | 'Cluster') {
  const definition = randomDefinition('gc', { spec: { scope } });
  await establish(api, definition);
  const collection = objectsOf(definition);
  const owner = await api.create(collection, objectOf(definition, 'owner'));
  const metadata = { ownerReferences: [referenceTo(owner)] };
  await api.create(collection, objectOf(definition, 'dependent', { metadata }));
  return { definition, collection, owner };
}

test('Garbage collector should support cascading deletion of custom resources', async () => {
  for (const scope of ['Namespaced', 'Cluster'] as const) {
    const { collection } = await ownerAndDependent(scope);
    await api.delete(`${collection}/owner`, { propagationPolicy: 'Background' });
    await untilGone(api, `${collection}/owner`);
    await untilGone(api, `${collection}/dependent`);
    const again = await ownerAndDependent(scope);
    const path = `${again.collection}/owner`;
    await api.patch(path, { metadata: { finalizers: ['example.com/hold'] } });
    await api.delete(path, { propagationPolicy: 'Foreground' });
    await untilGone(api, `${again.collection}/dependent`);
    await api.patch(path, { metadata: { finalizers: null } });
    await untilGone(api, path);
  }
});

test('Garbage collector should support orphan deletion of custom resources', async () => {
  const { collection } = await ownerAndDependent('Namespaced');
  await api.delete(`${collection}/owner`, { propagationPolicy: 'Orphan' });
  await untilGone(api, `${collection}/owner`);
  await delay(500);
  const { metadata } = await api.get(`${collection}/dependent`);
  assert.equal(metadata.ownerReferences, undefined);
});

test('Garbage collector should delete what has an owner that is not there, or in another namespace', async () => {
  const [here, there] = [await namespace('gc'), await namespace('gc')];
  const maps = (space: string) => `/api/v1/namespaces/${space}/configmaps`;
  const owner = await api.create(maps(there), { metadata: { name: 'owner' } });
  const reference = { ...referenceTo(owner), apiVersion: 'v1', kind: 'ConfigMap' };
  await api.create(maps(here), {
    metadata: { name: 'lost', ownerReferences: [{ ...reference, uid: crypto.randomUUID() }] },
  });
  await api.create(maps(here), { metadata: { name: 'elsewhere', ownerReferences: [reference] } });
  await api.create(maps(there), { metadata: { name: 'mine', ownerReferences: [reference] } });
  await untilGone(api, `${maps(here)}/lost`);
  await untilGone(api, `${maps(here)}/elsewhere`);
  assert.ok((await api.get(`${maps(there)}/mine`)).metadata.uid);
  await until('an event that says so', async () => {
    const { items } = await api.get(`/api/v1/namespaces/${here}/events`);
    return items.some(({ reason }: Loose) => reason === 'OwnerRefInvalidNamespace');
  });
});

test('Garbage collector should delete jobs and pods created by cronjob', async () => {
  const space = await namespace('gc');
  const batch = `/apis/batch/v1/namespaces/${space}`;
  const pods = `/api/v1/namespaces/${space}/pods`;
  const template = { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c', image }] } };
  const owner = await api.create(`${batch}/cronjobs`, {
    metadata: { name: 'simple' },
    spec: { schedule: '*/1 * * * ?', suspend: true, jobTemplate: { spec: { template } } },
  });
  const ownerReferences = [{ ...referenceTo({ ...owner, apiVersion: 'batch/v1', kind: 'CronJob' }), controller: true }];
  await api.create(`${batch}/jobs`, { metadata: { name: 'simple-1', ownerReferences }, spec: { template } });
  await until('a pod', async () => (await api.get(pods)).items.length === 1);
  await api.delete(`${batch}/cronjobs/simple`, { propagationPolicy: 'Background' });
  await untilGone(api, `${batch}/jobs/simple-1`);
  await until('no pod', async () => (await api.get(pods)).items.length === 0);
});
