import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap } from '../../api/core/config-map.ts';
import { namespace } from '../../api/core/namespace.ts';
import { pod } from '../../api/core/pod.ts';
import { serviceAccount } from '../../api/core/service-account.ts';
import { kind } from '../../api/kind.ts';
import { builtInKinds } from '../../api/kinds.ts';
import { refOf } from '../../api/object.ts';
import { rootCaController } from '../root-ca/root-ca.ts';
import { serviceAccountController } from '../service-account/service-account.ts';
import { startCluster } from '../testing/cluster.ts';
import { namespaceController, type RemoteContent } from './namespace.ts';

const controllers = [namespaceController(() => builtInKinds), serviceAccountController, rootCaController('PEM')];
const flunder = kind({
  group: 'wardle.example.com',
  version: 'v1',
  kind: 'Flunder',
  plural: 'flunders',
  scope: 'Namespaced',
  schema: () => ({ type: 'object' }),
});
const space = { metadata: { name: 'shop' }, spec: { finalizers: ['kubernetes'] } };

test('a new namespace gets its service account and the root certificates, and gets them back', async (t) => {
  const { client, eventually } = await startCluster(t, { controllers });
  await client.create(namespace, space);
  const account = { namespace: 'shop', name: 'default' };
  const map = { namespace: 'shop', name: 'kube-root-ca.crt' };
  await eventually(() => client.get(serviceAccount, account));
  assert.equal((await eventually(() => client.get(configMap, map))).data?.['ca.crt'], 'PEM');
  await client.delete(serviceAccount, account);
  await client.patch(configMap, map, { type: 'merge', body: { data: { 'ca.crt': 'forged' } } });
  await eventually(() => client.get(serviceAccount, account));
  await eventually(async () => assert.equal((await client.get(configMap, map)).data?.['ca.crt'], 'PEM'));
});

test('a deleted namespace goes with everything in it', async (t) => {
  const { client, eventually } = await startCluster(t, { controllers });
  await client.create(namespace, space);
  const spec = { containers: [{ name: 'a', image: 'a' }] };
  await client.create(pod, { metadata: { namespace: 'shop', name: 'a' }, spec });
  await client.create(configMap, { metadata: { namespace: 'shop', name: 'kept' } });
  await eventually(() => client.get(serviceAccount, { namespace: 'shop', name: 'default' }));
  await client.delete(namespace, refOf('shop'));
  await eventually(async () => {
    const names = (await client.list(namespace)).items.map(({ metadata }) => metadata.name);
    assert.ok(!names.includes('shop'));
  });
  for (const kind of [pod, configMap, serviceAccount])
    assert.equal((await client.list(kind, { namespace: 'shop' })).items.length, 0);
});

test('what lies behind other API servers goes too; while nobody knows what there is, the namespace stays', async (t) => {
  let unknown = ['the server of flunders does not answer'];
  const remotes: RemoteContent = {
    kinds: () => [flunder],
    unknown: () => unknown,
    client: {
      list: async () => ({ items: [], resourceVersion: '1' }),
      delete: async () => assert.fail(),
      deleteCollection: async () => assert.fail(),
    },
  };
  const { client, eventually } = await startCluster(t, {
    controllers: [namespaceController(() => builtInKinds, remotes)],
  });
  await client.create(namespace, space);
  await client.delete(namespace, refOf('shop'));
  await eventually(async () => {
    const { conditions } = (await client.get(namespace, refOf('shop'))).status ?? {};
    const failure = conditions?.find(({ type }) => type === 'NamespaceDeletionDiscoveryFailure');
    assert.deepEqual(
      [failure?.status, failure?.reason, failure?.message],
      [
        'True',
        'DiscoveryFailed',
        'Discovery failed for some groups, 1 failing: the server of flunders does not answer',
      ],
    );
  });
  unknown = [];
  await eventually(async () => {
    const names = (await client.list(namespace)).items.map(({ metadata }) => metadata.name);
    assert.ok(!names.includes('shop'));
  });
});

test('while content has finalizers, the conditions say which', async (t) => {
  const { client, eventually } = await startCluster(t, { controllers });
  await client.create(namespace, space);
  const held = { namespace: 'shop', name: 'held' };
  await client.create(configMap, { metadata: { ...held, finalizers: ['example.com/hold'] } });
  await client.delete(namespace, refOf('shop'));
  await eventually(async () => {
    const { conditions } = (await client.get(namespace, refOf('shop'))).status ?? {};
    const messages = new Map(conditions?.filter(({ status }) => status === 'True').map((c) => [c.type, c.message]));
    assert.deepEqual(
      [...messages],
      [
        ['NamespaceContentRemaining', 'Some resources are remaining: configmaps. has 1 resource instances'],
        [
          'NamespaceFinalizersRemaining',
          'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
        ],
      ],
    );
  });
  await client.patch(configMap, held, { type: 'merge', body: { metadata: { finalizers: null } } });
  await eventually(async () => assert.rejects(client.get(namespace, refOf('shop')), /not found/));
});

test('while there are pods, everything else stays', async (t) => {
  const { client, eventually } = await startCluster(t, { controllers });
  await client.create(namespace, space);
  const held = { namespace: 'shop', name: 'held' };
  const kept = { namespace: 'shop', name: 'kept' };
  const spec = { containers: [{ name: 'a', image: 'a' }] };
  await client.create(pod, { metadata: { ...held, finalizers: ['example.com/hold'] }, spec });
  await client.create(configMap, { metadata: kept });
  await client.delete(namespace, refOf('shop'));
  await eventually(async () => {
    const { conditions } = (await client.get(namespace, refOf('shop'))).status ?? {};
    const remaining = conditions?.find(({ type }) => type === 'NamespaceContentRemaining');
    assert.equal(remaining?.message, 'Some resources are remaining: pods. has 1 resource instances');
  });
  assert.equal((await client.get(configMap, kept)).metadata.deletionTimestamp, undefined);
  await client.patch(pod, held, { type: 'merge', body: { metadata: { finalizers: null } } });
  await eventually(async () => assert.rejects(client.get(namespace, refOf('shop')), /not found/));
});
