import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoints } from '../../api/core/endpoints.ts';
import { pod } from '../../api/core/pod.ts';
import { service } from '../../api/core/service.ts';
import { endpointSlice } from '../../api/discovery/endpoint-slice.ts';
import { isApiError } from '../../api/status.ts';
import { endpointSliceMirroringController } from '../endpoint-slice-mirroring/endpoint-slice-mirroring.ts';
import { endpointsController } from '../endpoints/endpoints.ts';
import { startCluster } from '../testing/cluster.ts';
import { behaviourAnnotation } from '../testing/pretended-node.ts';
import { endpointSliceController } from './endpoint-slice.ts';

const controllers = [endpointSliceController, endpointsController, endpointSliceMirroringController];
const ref = { namespace: 'default', name: 'web' };

function webPod(name: string, extra: { behaviour?: string; port?: number } = {}) {
  const annotations = extra.behaviour ? { [behaviourAnnotation]: extra.behaviour } : {};
  const ports = [{ name: 'http', containerPort: extra.port ?? 8080 }];
  return {
    metadata: { namespace: 'default', name, labels: { app: 'web' }, annotations },
    spec: { containers: [{ name: 'web', image: 'web', ports }] },
  };
}

function webService(spec: object = {}) {
  const ports = [{ name: 'web', port: 80, targetPort: 'http', protocol: 'TCP' }];
  return {
    metadata: { ...ref, labels: { tier: 'front' } },
    spec: {
      selector: { app: 'web' },
      clusterIP: '10.43.0.9',
      clusterIPs: ['10.43.0.9'],
      ipFamilies: ['IPv4'],
      type: 'ClusterIP',
      ports,
      ...spec,
    },
  };
}

test('slices and endpoints follow pods, their readiness and their ports', async (t) => {
  const { client, eventually } = await startCluster(t, { controllers });
  await client.create(service, webService());
  await client.create(pod, webPod('a'));
  await client.create(pod, webPod('b', { port: 9090 }));
  await client.create(pod, webPod('c', { behaviour: 'unready' }));
  await client.create(pod, { ...webPod('other'), metadata: { namespace: 'default', name: 'other' } });
  await eventually(async () => {
    const { items } = await client.list(endpointSlice);
    const found = items.flatMap((slice) =>
      (slice.endpoints ?? []).map(
        (e) => `${e.targetRef?.name} ${e.conditions?.ready} ${slice.ports?.map((p) => `${p.name}=${p.port}`)}`,
      ),
    );
    assert.deepEqual(found.sort(), ['a true web=8080', 'b true web=9090', 'c false web=8080']);
    assert.equal(items.length, 2);
    const labels = items[0]?.metadata.labels;
    assert.deepEqual(labels, {
      tier: 'front',
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    });
    const { subsets } = await client.get(endpoints, ref);
    const sizes = subsets?.map((s) => [s.ports?.[0]?.port, s.addresses?.length ?? 0, s.notReadyAddresses?.length ?? 0]);
    assert.deepEqual(sizes, [
      [8080, 1, 1],
      [9090, 1, 0],
    ]);
  });
});

test('a pod that is going is terminating, then gone', async (t) => {
  const { client, eventually } = await startCluster(t, { controllers });
  await client.create(service, webService());
  await client.create(pod, {
    ...webPod('a', { behaviour: 'stuck' }),
    metadata: { ...webPod('a', { behaviour: 'stuck' }).metadata, finalizers: ['example.com/hold'] },
  });
  const conditions = async () => (await client.list(endpointSlice)).items[0]?.endpoints?.[0]?.conditions;
  await eventually(async () =>
    assert.deepEqual(await conditions(), { ready: true, serving: true, terminating: false }),
  );
  await client.delete(pod, { namespace: 'default', name: 'a' });
  await eventually(async () =>
    assert.deepEqual(await conditions(), { ready: false, serving: true, terminating: true }),
  );
  await client.patch(
    pod,
    { namespace: 'default', name: 'a' },
    { type: 'merge', body: { metadata: { finalizers: null } } },
  );
  // The pod may have gone with its last finalizer.
  await client.delete(pod, { namespace: 'default', name: 'a' }, { gracePeriodSeconds: 0 }).catch((error: unknown) => {
    if (!isApiError(error, 'NotFound')) throw error;
  });
  await eventually(async () => {
    const [slice] = (await client.list(endpointSlice)).items;
    assert.deepEqual(slice?.endpoints ?? [], []);
  });
});

test('a service without selector mirrors the endpoints that users keep', async (t) => {
  const { client, eventually } = await startCluster(t, { controllers });
  await client.create(service, webService({ selector: undefined }));
  await client.create(endpoints, {
    metadata: ref,
    subsets: [{ addresses: [{ ip: '192.0.2.1' }, { ip: '2001:db8::1' }], ports: [{ port: 5432 }] }],
  });
  await eventually(async () => {
    const { items } = await client.list(endpointSlice);
    const found = items.map(
      (slice) => `${slice.addressType} ${slice.endpoints?.[0]?.addresses[0]} ${slice.ports?.[0]?.port}`,
    );
    assert.deepEqual(found.sort(), ['IPv4 192.0.2.1 5432', 'IPv6 2001:db8::1 5432']);
  });
  await client.delete(endpoints, ref);
  await eventually(async () => assert.equal((await client.list(endpointSlice)).items.length, 0));
});
