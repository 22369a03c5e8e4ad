import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareQuantities } from '../../../src/api/quantity/quantity.ts';
import type { Loose } from '../harness/api.ts';
import { establish, objectOf, objectsOf, randomDefinition } from '../harness/crds.ts';
import { image } from '../harness/objects.ts';
import { startControlPlane, untilIs } from '../harness/server.ts';

/** Upstream's tests of quotas that are no conformance rows: claims, custom resources, scope selectors. */
const { api, namespace } = await startControlPlane();

type Amounts = Readonly<Record<string, string>>;

const podOf = (name: string, spec: Loose = {}, resources: Loose = {}) => ({
  metadata: { name },
  spec: { ...spec, containers: [{ name: 'pause', image, resources }] },
});
const untilUsed = (quota: string, used: Amounts) =>
  untilIs(api, quota, ({ status }) =>
    Object.entries(used).every(
      ([name, amount]) => status.used?.[name] !== undefined && compareQuantities(status.used[name], amount) === 0,
    ),
  );

async function places(quotas: Readonly<Record<string, Loose>>) {
  const path = `/api/v1/namespaces/${await namespace('resourcequota')}`;
  for (const [name, spec] of Object.entries(quotas))
    await api.create(`${path}/resourcequotas`, { metadata: { name }, spec });
  return { path, pods: `${path}/pods`, quota: (name: string) => `${path}/resourcequotas/${name}` };
}
const refused = { reason: 'Forbidden', message: /exceeded quota: / };
const inScope = (scopeName: string, operator: string, values?: readonly string[]) => ({
  scopeSelector: { matchExpressions: [{ scopeName, operator, ...(values && { values }) }] },
});

test('ResourceQuota should create a ResourceQuota and capture the life of a persistent volume claim with a storage class', async () => {
  const gold = 'gold.storageclass.storage.k8s.io';
  const hard = {
    persistentvolumeclaims: '10',
    'requests.storage': '10Gi',
    [`${gold}/persistentvolumeclaims`]: '10',
    [`${gold}/requests.storage`]: '10Gi',
  };
  const { path, quota } = await places({ claims: { hard } });
  const used = (claims: string, storage: string): Amounts => ({
    persistentvolumeclaims: claims,
    'requests.storage': storage,
    [`${gold}/persistentvolumeclaims`]: claims,
    [`${gold}/requests.storage`]: storage,
  });
  await untilUsed(quota('claims'), used('0', '0'));
  const claim = (name: string, storage: string) => ({
    metadata: { name },
    spec: { storageClassName: 'gold', accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  });
  await api.create(`${path}/persistentvolumeclaims`, claim('test-claim', '1Gi'));
  await untilUsed(quota('claims'), used('1', '1Gi'));
  await assert.rejects(api.create(`${path}/persistentvolumeclaims`, claim('too-large', '10Gi')), refused);
  await api.delete(`${path}/persistentvolumeclaims/test-claim`);
  await untilUsed(quota('claims'), used('0', '0'));
});

test('ResourceQuota should create a ResourceQuota and capture the life of a custom resource.', async () => {
  const definition = randomDefinition('quota');
  await establish(api, definition);
  const resource = `count/${definition.spec.names.plural}.${definition.spec.group}`;
  const { path, quota } = await places({ custom: { hard: { [resource]: '1' } } });
  const collection = objectsOf(definition, path.split('/')[4]);
  await untilUsed(quota('custom'), { [resource]: '0' });
  await api.create(collection, objectOf(definition, 'first'));
  await untilUsed(quota('custom'), { [resource]: '1' });
  await assert.rejects(api.create(collection, objectOf(definition, 'second')), refused);
  await api.delete(`${collection}/first`);
  await untilUsed(quota('custom'), { [resource]: '0' });
});

test('ResourceQuota should verify ResourceQuota with terminating and best effort scopes through scope selectors.', async () => {
  const hard = { pods: '5' };
  const scopes = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort'];
  const { pods, quota } = await places(
    Object.fromEntries(scopes.map((scope) => [scope.toLowerCase(), { hard, ...inScope(scope, 'Exists') }])),
  );
  const check = async (counting: readonly string[]) => {
    for (const scope of scopes)
      await untilUsed(quota(scope.toLowerCase()), { pods: counting.includes(scope) ? '1' : '0' });
  };
  const requests = { cpu: '500m', memory: '200Mi' };
  for (const [pod, counting] of [
    [podOf('a', {}), ['NotTerminating', 'BestEffort']],
    [podOf('b', { activeDeadlineSeconds: 3600 }), ['Terminating', 'BestEffort']],
    [podOf('c', {}, { requests }), ['NotTerminating', 'NotBestEffort']],
  ] as const) {
    await check([]);
    await api.create(pods, pod);
    await check(counting);
    await api.delete(`${pods}/${pod.metadata.name}`, { gracePeriodSeconds: 0 });
  }
});

test("ResourceQuota should verify ResourceQuota's priority class scope against pods of several classes", async () => {
  for (const [name, value] of [
    ['pclass1', 1000],
    ['pclass2', 1001],
    ['pclass3', 1002],
  ] as const)
    await api.create('/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name }, value });
  const hard = { pods: '1', 'requests.cpu': '1', 'requests.memory': '1Gi' };
  const { pods, quota } = await places({
    same: { hard, ...inScope('PriorityClass', 'In', ['pclass1']) },
    other: { hard: { pods: '5' }, ...inScope('PriorityClass', 'NotIn', ['pclass1']) },
    any: { hard: { pods: '5' }, ...inScope('PriorityClass', 'Exists') },
  });
  const resources = { requests: { cpu: '1', memory: '1Gi' } };
  const none = { pods: '0' };
  await untilUsed(quota('same'), { pods: '0', 'requests.cpu': '0', 'requests.memory': '0' });
  await api.create(pods, podOf('first', { priorityClassName: 'pclass1' }, resources));
  await untilUsed(quota('same'), { pods: '1', 'requests.cpu': '1', 'requests.memory': '1Gi' });
  await untilUsed(quota('other'), none);
  await untilUsed(quota('any'), { pods: '1' });
  await assert.rejects(api.create(pods, podOf('second', { priorityClassName: 'pclass1' }, resources)), refused);
  await api.create(pods, podOf('third', { priorityClassName: 'pclass2' }, resources));
  await untilUsed(quota('other'), { pods: '1' });
  await untilUsed(quota('same'), { pods: '1' });
  await api.delete(`${pods}/first`, { gracePeriodSeconds: 0 });
  await untilUsed(quota('same'), none);
  await untilUsed(quota('any'), { pods: '1' });
});

test('ResourceQuota should verify ResourceQuota with cross namespace pod affinity scope using scope-selectors.', async () => {
  const { pods, quota } = await places({
    affinity: { hard: { pods: '5' }, ...inScope('CrossNamespacePodAffinity', 'Exists') },
  });
  await untilUsed(quota('affinity'), { pods: '0' });
  const term = { topologyKey: 'region', labelSelector: { matchLabels: { foo: 'bar' } } };
  const affinity = (more: Loose) => ({
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, ...more }] } },
  });
  await api.create(pods, podOf('no-cross', affinity({})));
  await untilUsed(quota('affinity'), { pods: '0' });
  await api.create(pods, podOf('with-namespaces', affinity({ namespaces: ['ns1'] })));
  await untilUsed(quota('affinity'), { pods: '1' });
  await api.create(pods, podOf('with-selector', affinity({ namespaceSelector: { matchLabels: { team: 'red' } } })));
  await untilUsed(quota('affinity'), { pods: '2' });
  for (const name of ['with-namespaces', 'with-selector'])
    await api.delete(`${pods}/${name}`, { gracePeriodSeconds: 0 });
  await untilUsed(quota('affinity'), { pods: '0' });
});
