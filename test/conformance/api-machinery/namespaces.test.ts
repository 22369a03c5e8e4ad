import assert from 'node:assert/strict';
import { test } from 'node:test';
import { image } from '../harness/objects.ts';
import { startControlPlane, untilGone, untilIs } from '../harness/server.ts';

const { api, namespace } = await startControlPlane({ nodes: ['n1'] });

const pause = { name: 'nginx', image };

test('Namespaces [Serial] should ensure that all pods are removed when a namespace is deleted', async () => {
  const name = await namespace('nsdeletetest');
  const path = `/api/v1/namespaces/${name}`;
  await api.create(`${path}/pods`, { metadata: { name: 'test-pod' }, spec: { containers: [pause] } });
  await untilIs(api, `${path}/pods/test-pod`, (pod) => pod.status.phase === 'Running');
  await api.delete(path);
  await untilGone(api, path);
  const again = await api.create('/api/v1/namespaces', { metadata: { name } });
  assert.equal(again.metadata.name, name);
  assert.equal((await api.raw('GET', `${path}/pods/test-pod`)).status, 404);
});

test('Namespaces [Serial] should ensure that all services are removed when a namespace is deleted', async () => {
  const name = await namespace('nsdeletetest');
  const path = `/api/v1/namespaces/${name}`;
  const labels = { foo: 'bar', baz: 'blah' };
  await api.create(`${path}/services`, {
    metadata: { name: 'test-service' },
    spec: { selector: labels, ports: [{ port: 80, targetPort: 80 }] },
  });
  await api.delete(path);
  await untilGone(api, path);
  await api.create('/api/v1/namespaces', { metadata: { name } });
  assert.equal((await api.raw('GET', `${path}/services/test-service`)).status, 404);
});

test('Namespaces [Serial] should patch a Namespace', async () => {
  const path = `/api/v1/namespaces/${await namespace('nspatchtest')}`;
  await api.patch(path, { metadata: { labels: { testLabel: 'testValue' } } }, 'strategic');
  const patched = await api.get(path);
  assert.equal(patched.metadata.labels.testLabel, 'testValue');
});

test('Namespaces [Serial] should apply changes to a namespace status', async () => {
  const path = `/api/v1/namespaces/${await namespace('ns-status')}`;
  const status = await api.get(`${path}/status`);
  assert.equal(status.status.phase, 'Active');

  const message = 'Patched by an e2e test';
  await api.patch(
    `${path}/status`,
    {
      metadata: { annotations: { 'e2e-patched-ns-status': status.metadata.name } },
      status: { conditions: [{ type: 'StatusPatch', status: 'True', reason: 'E2E', message }] },
    },
    'merge',
  );
  const patched = await api.get(path);
  assert.equal(patched.status.phase, 'Active');
  assert.equal(patched.metadata.annotations['e2e-patched-ns-status'], patched.metadata.name);
  const condition = patched.status.conditions.find(({ type }: { type: string }) => type === 'StatusPatch');
  assert.deepEqual([condition.status, condition.reason, condition.message], ['True', 'E2E', message]);

  const updated = await api.modify(`${path}/status`, (object) => {
    object.status.conditions = [
      ...object.status.conditions,
      { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Updated by an e2e test' },
    ];
  });
  assert.equal(updated.status.phase, 'Active');
  const last = updated.status.conditions.at(-1);
  assert.deepEqual(
    [last.type, last.status, last.reason, last.message],
    ['StatusUpdate', 'True', 'E2E', 'Updated by an e2e test'],
  );
});

test('Namespaces [Serial] should apply an update to a Namespace', async () => {
  const name = await namespace('ns-update');
  const path = `/api/v1/namespaces/${name}`;
  await api.modify(path, ({ metadata }) => {
    metadata.labels = { ...metadata.labels, [name]: 'updated' };
  });
  const updated = await api.get(path);
  assert.equal(updated.metadata.labels[name], 'updated');
});

test('Namespaces [Serial] should apply a finalizer to a Namespace', async () => {
  const path = `/api/v1/namespaces/${await namespace('e2e-ns-finalizer')}`;
  const fake = 'e2e.example.com/fakeFinalizer';
  const finalize = async (finalizers: readonly string[]) => {
    const current = await api.get(path);
    return api.update(`${path}/finalize`, { ...current, spec: { finalizers } });
  };
  const before = (await api.get(path)).spec.finalizers;
  const withFake = await finalize([...before, fake]);
  assert.ok(withFake.spec.finalizers.includes(fake));
  assert.ok((await api.get(path)).spec.finalizers.includes(fake));
  const without = await finalize(before);
  assert.ok(!without.spec.finalizers.includes(fake));
  assert.deepEqual((await api.get(path)).spec.finalizers, before);
});

test('OrderedNamespaceDeletion namespace deletion should delete pod first', async () => {
  const path = `/api/v1/namespaces/${await namespace('namespace-deletion-order')}`;
  const finalizer = 'e2e.example.com/finalizer';
  await api.create(`${path}/pods`, {
    metadata: { name: 'pod', finalizers: [finalizer] },
    spec: { containers: [pause] },
  });
  await api.create(`${path}/configmaps`, { metadata: { name: 'configmap' }, data: { key: 'value' } });
  await untilIs(api, `${path}/pods/pod`, (pod) => pod.status.phase === 'Running');

  await api.delete(path);
  await untilIs(api, `${path}/pods/pod`, (pod) => pod.metadata.deletionTimestamp);
  await untilIs(
    api,
    path,
    ({ status }) =>
      status.phase === 'Terminating' &&
      status.conditions?.some(
        ({ type, status: value }: { type: string; status: string }) =>
          type === 'NamespaceFinalizersRemaining' && value === 'True',
      ) &&
      status.conditions?.some(
        ({ type, status: value, message }: { type: string; status: string; message: string }) =>
          type === 'NamespaceContentRemaining' &&
          value === 'True' &&
          message.includes('pods. has 1 resource instances'),
      ),
  );
  const configMap = await api.get(`${path}/configmaps/configmap`);
  assert.equal(configMap.metadata.deletionTimestamp, undefined, 'it waits for the pods');

  await api.patch(`${path}/pods/pod`, [{ op: 'remove', path: '/metadata/finalizers' }], 'json');
  await untilGone(api, `${path}/pods/pod`);
  await untilGone(api, `${path}/configmaps/configmap`);
  await untilGone(api, path);
});

test('Namespaces [Serial] should always delete fast (ALL of 100 namespaces in 150 seconds) [Feature:ComprehensiveNamespaceDraining]', async () => {
  const names = Array.from({ length: 100 }, (_, index) => `nslifetest-${index}`);
  const labels = { 'ns-life': 'true' };
  await Promise.all(
    names.map(async (name) => {
      await api.create('/api/v1/namespaces', { metadata: { name, labels } });
      await api.create(`/api/v1/namespaces/${name}/configmaps`, { metadata: { name: 'content' } });
    }),
  );
  const chosen = '/api/v1/namespaces?labelSelector=ns-life%3Dtrue';
  const watch = await api.watch(`${chosen}&resourceVersion=0`);
  await Promise.all(names.map((name) => api.delete(`/api/v1/namespaces/${name}`)));
  const left = new Set(names);
  while (left.size > 0) {
    const { type, object } = await watch.next(150_000);
    if (type === 'DELETED') left.delete(object.metadata.name);
  }
  watch.stop();
  assert.equal((await api.get(chosen)).items.length, 0);
});
