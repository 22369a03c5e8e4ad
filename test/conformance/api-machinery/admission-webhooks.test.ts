import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose } from '../harness/api.ts';
import { image } from '../harness/objects.ts';
import { startControlPlane, untilIs } from '../harness/server.ts';
import { startWebhook } from '../harness/webhook.ts';
import { admission, configurationsOf, hook, withConfiguration } from '../harness/webhook-configurations.ts';

const cluster = await startControlPlane({ nodes: ['n1'] });
const { api, namespace } = cluster;
const webhook = await startWebhook(api);

const configMaps = (space: string) => `/api/v1/namespaces/${space}/configmaps`;
const pods = (space: string) => `/api/v1/namespaces/${space}/pods`;
const pod = (name: string, container = 'pause', labels: Loose = {}) => ({
  metadata: { name, labels },
  spec: { containers: [{ name: container, image }] },
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should include webhook resources in discovery documents', async () => {
  const { groups } = await api.get('/apis');
  const group = groups.find(({ name }: Loose) => name === 'admissionregistration.k8s.io');
  assert.ok(group.versions.some(({ groupVersion }: Loose) => groupVersion === 'admissionregistration.k8s.io/v1'));
  const { versions } = await api.get('/apis/admissionregistration.k8s.io');
  assert.ok(versions.some(({ groupVersion }: Loose) => groupVersion === 'admissionregistration.k8s.io/v1'));
  const names = (await api.get(admission)).resources.map(({ name }: Loose) => name);
  for (const name of ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'])
    assert.ok(names.includes(name));
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should be able to deny pod and configmap creation', async () => {
  const space = await namespace('webhook');
  const [maps, exempted] = [configMaps(space), 'exempted-namespace'];
  // Everywhere but in namespaces that say so.
  const namespaceSelector = {
    matchExpressions: [{ key: 'skip-webhook-admission', operator: 'NotIn', values: ['yes'] }],
  };
  const hooks = [
    hook(webhook, {
      name: 'deny-unwanted-pod-container-name-and-label.k8s.io',
      path: '/pods',
      resource: { plural: 'pods' },
      more: { namespaceSelector, timeoutSeconds: 1 },
    }),
    hook(webhook, {
      name: 'deny-unwanted-configmap-data.k8s.io',
      path: '/configmaps',
      operations: ['CREATE', 'UPDATE', 'DELETE'],
      more: {
        namespaceSelector,
        // A hook must not lock out what every namespace has.
        objectSelector: { matchExpressions: [{ key: 'skip-webhook-admission', operator: 'DoesNotExist' }] },
      },
    }),
  ];
  await withConfiguration(api, { type: 'validating', name: 'deny-pod-and-configmap', hooks }, async () => {
    const unwanted = { 'webhook-e2e-test': 'webhook-disallow' };
    const denied = (message: string) => new RegExp(`admission webhook ".*" denied the request: .*${message}`);
    await assert.rejects(
      api.create(pods(space), pod('disallowed-pod', 'webhook-disallow', unwanted)),
      (error: Loose) => {
        assert.match(error.message, denied('the pod contains unwanted label'));
        assert.match(error.message, denied('the pod contains unwanted container name'));
        return true;
      },
    );
    await assert.rejects(api.create(pods(space), pod('hanging-pod', 'pause', { 'webhook-e2e-test': 'wait-forever' })), {
      message: /deadline/,
    });
    assert.equal((await api.raw('GET', `${pods(space)}/hanging-pod`)).status, 404);

    const message = denied('the configmap contains unwanted key and value');
    await assert.rejects(api.create(maps, { metadata: { name: 'disallowed-configmap' }, data: unwanted }), { message });
    await api.create(maps, { metadata: { name: 'allowed' }, data: { admit: 'this' } });
    await assert.rejects(
      api.modify(`${maps}/allowed`, (map) => {
        map.data = { ...map.data, ...unwanted };
      }),
      { message },
    );
    await assert.rejects(api.patch(`${maps}/allowed`, { data: unwanted }, 'strategic'), { message });
    assert.deepEqual((await api.get(`${maps}/allowed`)).data, { admit: 'this' });

    await api.create('/api/v1/namespaces', {
      metadata: { name: exempted, labels: { 'skip-webhook-admission': 'yes' } },
    });
    await api.create(configMaps(exempted), { metadata: { name: 'disallowed-configmap' }, data: unwanted });
  });
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should be able to deny attaching pod', async () => {
  const space = await namespace('webhook');
  await api.create(pods(space), pod('to-be-attached-pod', 'container1'));
  await untilIs(api, `${pods(space)}/to-be-attached-pod`, ({ status }) => status.phase === 'Running');
  const hooks = [
    hook(webhook, {
      name: 'deny-attaching-pod.k8s.io',
      path: '/pods/attach',
      namespace: space,
      operations: ['CONNECT'],
      resource: { plural: 'pods/attach' },
    }),
  ];
  await withConfiguration(api, { type: 'validating', name: 'deny-attaching-pod', hooks }, async () => {
    const words = ['attach', `--namespace=${space}`, 'to-be-attached-pod', '-i', '-c=container1'];
    const { exitCode, stderr } = await cluster.kubectl(words);
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /attaching to pod 'to-be-attached-pod' is not allowed/);
  });
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should unconditionally reject operations on fail closed webhook', async () => {
  const space = await namespace('fail-closed');
  const failing = hook(webhook, { name: 'fail-closed.k8s.io', path: '/configmaps', namespace: space });
  delete failing.clientConfig.caBundle;
  const hooks = [{ ...failing, failurePolicy: 'Fail' }];
  await withConfiguration(api, { type: 'validating', name: 'fail-closed', hooks }, async () => {
    await assert.rejects(api.create(configMaps(space), { metadata: { name: 'foo' } }), {
      reason: 'InternalError',
      message: /failed calling webhook "fail-closed\.k8s\.io"/,
    });
  });
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should mutate configmap', async () => {
  const space = await namespace('webhook');
  const hooks = ['stage-1', 'stage-2'].map((stage) =>
    hook(webhook, { name: `adding-configmap-data-${stage}.k8s.io`, path: '/mutating-configmaps', namespace: space }),
  );
  await withConfiguration(api, { type: 'mutating', name: 'mutating-configmap', hooks }, async () => {
    const map = { metadata: { name: 'to-be-mutated' }, data: { 'mutation-start': 'yes' } };
    const { data } = await api.create(configMaps(space), map);
    assert.deepEqual(data, { 'mutation-start': 'yes', 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes' });
  });
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should mutate pod and apply defaults after mutation', async () => {
  const space = await namespace('webhook');
  const hooks = [
    hook(webhook, {
      name: 'adding-init-container.k8s.io',
      path: '/mutating-pods',
      namespace: space,
      resource: { plural: 'pods' },
    }),
  ];
  await withConfiguration(api, { type: 'mutating', name: 'mutating-pod', hooks }, async () => {
    const { spec } = await api.create(pods(space), pod('webhook-to-be-mutated'));
    assert.equal(spec.initContainers.length, 1);
    const [added] = spec.initContainers;
    assert.equal(added.name, 'webhook-added-init-container');
    assert.equal(added.terminationMessagePolicy, 'File');
  });
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should not be able to mutate or prevent deletion of webhook configuration objects', async () => {
  const space = await namespace('webhook');
  const resource = { group: 'admissionregistration.k8s.io', version: '*', plural: '*' };
  const denying = hook(webhook, {
    name: 'deny-webhook-configuration-deletions.k8s.io',
    path: '/always-deny',
    operations: ['DELETE'],
    resource,
  });
  const labeling = hook(webhook, { name: 'add-label-to-webhook-configurations.k8s.io', path: '/add-label', resource });
  await withConfiguration(api, { type: 'validating', name: 'deny-deletion', hooks: [denying] }, () =>
    withConfiguration(api, { type: 'mutating', name: 'add-label', hooks: [labeling] }, async () => {
      for (const type of ['validating', 'mutating'] as const) {
        const dummy = hook(webhook, {
          name: `dummy-${type}.k8s.io`,
          path: '/invalid',
          namespace: space,
          resource: { plural: 'invalid' },
        });
        const created = await api.create(configurationsOf(type), {
          metadata: { name: `dummy-${type}`, labels: { mine: 'yes' } },
          webhooks: [{ ...dummy, failurePolicy: 'Ignore' }],
        });
        assert.deepEqual(created.metadata.labels, { mine: 'yes' });
        await api.delete(`${configurationsOf(type)}/dummy-${type}`);
      }
    }),
  );
});

test('AdmissionWebhook [Privileged:ClusterAdmin] should honor timeout', async () => {
  const cases = [
    { timeoutSeconds: 1, failurePolicy: 'Fail', fails: true },
    { timeoutSeconds: 1, failurePolicy: 'Ignore', fails: false },
    { timeoutSeconds: 10, failurePolicy: 'Fail', fails: false },
    { failurePolicy: 'Fail', fails: false }, // 10 s is the default
  ];
  await Promise.all(
    cases.map(async ({ fails, ...more }, index) => {
      const space = await namespace('slow-webhook');
      const hooks = [
        hook(webhook, { name: 'allow-with-delay.k8s.io', path: '/always-allow-delay-5s', namespace: space, more }),
      ];
      await withConfiguration(api, { type: 'validating', name: `slow-${index}`, hooks }, async () => {
        const created = api.create(configMaps(space), { metadata: { name: 'with-delay' } });
        if (fails) await assert.rejects(created, { message: /context deadline exceeded|timeout/ });
        else assert.ok((await created).metadata.uid);
      });
    }),
  );
});
