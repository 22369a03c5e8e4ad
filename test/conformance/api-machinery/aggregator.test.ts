import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startExtensionServer } from '../../../src/apiserver/aggregation/extension-server.test-helper.ts';
import type { Loose } from '../harness/api.ts';
import { startControlPlane, untilGone, untilIs } from '../harness/server.ts';

const { api, kubectl } = await startControlPlane();

const group = 'wardle.example.com';
const name = `v1alpha1.${group}`;
const services = '/apis/apiregistration.k8s.io/v1/apiservices';

test('Aggregator Should be able to support the 1.17 Sample API Server using the current Aggregator [LinuxOnly]', async () => {
  // What extension servers are told of whom to believe.
  const trust = await api.get('/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication');
  const requestHeaderCa: string = trust.data['requestheader-client-ca-file'];
  assert.match(requestHeaderCa, /BEGIN CERTIFICATE/);
  const extension = await startExtensionServer(() => requestHeaderCa);
  after(() => extension.close());

  await api.create('/api/v1/namespaces', { metadata: { name: 'wardle' } });
  await api.create('/api/v1/namespaces/wardle/services', {
    metadata: { name: 'api' },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  });
  const labels = { 'apiservice-label': 'e2e' };
  await api.create(services, {
    metadata: { name, labels },
    spec: {
      group,
      version: 'v1alpha1',
      groupPriorityMinimum: 2000,
      versionPriority: 200,
      service: { namespace: 'wardle', name: 'api', port: extension.port },
      caBundle: extension.caBundle,
    },
  });
  const path = `${services}/${name}`;
  const isAvailable = ({ status }: Loose) =>
    status?.conditions?.some((each: Loose) => each.type === 'Available' && each.status === 'True');
  await untilIs(api, path, isAvailable);

  // Discovery shows it, and its objects are there through this server.
  const { groups } = await api.get('/apis');
  assert.ok(groups.some((each: Loose) => each.name === group));
  const flunders = `/apis/${group}/v1alpha1/namespaces/default/flunders`;
  const flunder = (called: string) => ({
    apiVersion: `${group}/v1alpha1`,
    kind: 'Flunder',
    metadata: { name: called, labels: { 'sample-label': 'true' } },
    spec: { reference: '' },
  });
  const created = await api.create(flunders, flunder('rest-flunder'));
  assert.equal(created.kind, 'Flunder');
  assert.equal(created.apiVersion, `${group}/v1alpha1`);
  assert.equal((await api.get(flunders)).items.length, 1);
  const listed = await kubectl(['get', 'flunders', '-o', 'name']);
  assert.equal(listed.stdout, `flunder.${group}/rest-flunder\n`, listed.stderr);
  await api.delete(`${flunders}/rest-flunder`);
  assert.equal((await api.get(flunders)).items.length, 0);
  const applied = await kubectl(['create', '-f', '-', '--validate=false'], JSON.stringify(flunder('dynamic-flunder')));
  assert.equal(applied.exitCode, 0, applied.stderr);
  assert.equal((await api.get(`${flunders}/dynamic-flunder`)).metadata.name, 'dynamic-flunder');
  await api.delete(`${flunders}/dynamic-flunder`);
  // It was asked as who asked here, by one whom it believes.
  const [last] = extension.seen.slice(-1);
  assert.equal(last?.peer, 'system:auth-proxy');
  const user = last?.raw[last.raw.findIndex((header) => header.toLowerCase() === 'x-remote-user') + 1];
  assert.equal(
    user,
    (await api.create('/apis/authentication.k8s.io/v1/selfsubjectreviews', {})).status.userInfo.username,
  );

  // The APIService itself: status, patch, update, watch, list.
  const status = await api.get(`${path}/status`);
  assert.ok(isAvailable(status));
  const patched = await kubectl(['patch', 'apiservice', name, '-p', '{"spec":{"versionPriority":400}}']);
  assert.equal(patched.exitCode, 0, patched.stderr);
  const { items } = await api.get(services);
  assert.equal(items.find(({ metadata }: Loose) => metadata.name === name).spec.versionPriority, 400);
  const watch = await api.watch(
    `${services}?fieldSelector=metadata.name%3D${name}&resourceVersion=${status.metadata.resourceVersion}`,
  );
  const updated = await api.modify(path, ({ metadata }) => {
    metadata.labels = { ...metadata.labels, [name]: 'updated' };
  });
  assert.equal(updated.metadata.labels[name], 'updated');
  const condition = { type: 'StatusUpdated', status: 'True', reason: 'E2E', message: 'Set by an e2e test' };
  const withCondition = await api.modify(`${path}/status`, (object) => {
    object.status.conditions = [...object.status.conditions, condition];
  });
  const isSet = (object: Loose) => object.status.conditions.some(({ type }: Loose) => type === 'StatusUpdated');
  assert.ok(isSet(withCondition));
  await watch.until(({ type, object }) => type === 'MODIFIED' && object.metadata.labels[name] === 'updated');
  await watch.until(({ type, object }) => type === 'MODIFIED' && isSet(object));
  await untilIs(api, `${path}/status`, isAvailable);
  const replaced = await api.patch(`${path}/status`, {
    status: { conditions: [{ ...condition, type: 'StatusPatched' }] },
  });
  assert.ok(replaced.status.conditions.some(({ type }: Loose) => type === 'StatusPatched'));

  await api.delete(`${services}?labelSelector=apiservice-label%3De2e`);
  await untilGone(api, path);
  await watch.until(({ type }) => type === 'DELETED');
  watch.stop();
  await untilGone(api, flunders);
  // What this server serves itself is as it was.
  assert.ok((await api.get(services)).items.some(({ metadata }: Loose) => metadata.name === 'v1.apps'));
});
