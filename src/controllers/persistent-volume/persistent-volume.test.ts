import assert from 'node:assert/strict';
import { test } from 'node:test';
import { persistentVolume } from '../../api/core/persistent-volume.ts';
import { persistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts';
import { pod } from '../../api/core/pod.ts';
import { storageClass } from '../../api/storage/storage-class.ts';
import { startCluster } from '../testing/cluster.ts';
import { claimProtection, volumeProtection } from '../volume-protection/volume-protection.ts';
import { claimBinder, volumePhases } from './persistent-volume.ts';

const controllers = [claimBinder, volumePhases, claimProtection, volumeProtection];

function volume(name: string, storage: string, spec: object = {}) {
  return {
    metadata: { name },
    spec: {
      capacity: { storage },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: `/${name}` },
      ...spec,
    },
  };
}

function claim(name: string, storage: string, spec: object = {}) {
  return {
    metadata: { namespace: 'default', name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, storageClassName: '', ...spec },
  };
}

test('a claim gets the smallest volume that fits; deleted, it leaves the volume released', async (t) => {
  const { client, eventually } = await startCluster(t, { controllers });
  await client.create(persistentVolume, volume('small', '1Gi'));
  await client.create(persistentVolume, volume('large', '10Gi'));
  await client.create(persistentVolume, volume('middle', '5Gi'));
  await eventually(async () => {
    const { items } = await client.list(persistentVolume);
    assert.ok(items.every(({ status }) => status?.phase === 'Available'));
  });
  const ref = { namespace: 'default', name: 'data' };
  await client.create(persistentVolumeClaim, claim('data', '2Gi'));
  await eventually(async () => {
    const { spec, status, metadata } = await client.get(persistentVolumeClaim, ref);
    assert.deepEqual([spec?.volumeName, status?.phase, status?.capacity?.['storage']], ['middle', 'Bound', '5Gi']);
    assert.equal(metadata.annotations?.['pv.kubernetes.io/bind-completed'], 'yes');
    const phases = (await client.list(persistentVolume)).items
      .map((v) => `${v.metadata.name} ${v.status?.phase}`)
      .sort();
    assert.deepEqual(phases, ['large Available', 'middle Bound', 'small Available']);
  });
  await client.create(pod, {
    metadata: { namespace: 'default', name: 'user' },
    spec: {
      containers: [{ name: 'a', image: 'a' }],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
    },
  });
  await eventually(async () =>
    assert.equal((await client.get(pod, { namespace: 'default', name: 'user' })).status?.phase, 'Running'),
  );
  await client.delete(persistentVolumeClaim, ref);
  assert.ok((await client.get(persistentVolumeClaim, ref)).metadata.deletionTimestamp, 'kept while a pod uses it');
  await client.delete(pod, { namespace: 'default', name: 'user' });
  await eventually(() => assert.rejects(client.get(persistentVolumeClaim, ref), /not found/));
  await eventually(async () =>
    assert.equal((await client.get(persistentVolume, { name: 'middle' })).status?.phase, 'Released'),
  );
});

test('a volume that names a claim waits for it, and two claims never share one', async (t) => {
  const { client, eventually } = await startCluster(t, { controllers });
  await client.create(persistentVolume, volume('kept', '1Gi', { claimRef: { namespace: 'default', name: 'chosen' } }));
  await client.create(persistentVolumeClaim, claim('other', '1Gi'));
  await client.create(persistentVolumeClaim, claim('chosen', '1Gi'));
  await eventually(async () => {
    const phases = (await client.list(persistentVolumeClaim)).items
      .map((c) => `${c.metadata.name} ${c.status?.phase}`)
      .sort();
    assert.deepEqual(phases, ['chosen Bound', 'other Pending']);
  });
});

test('claims of a class that waits for its first consumer name the provisioner only when a node is chosen', async (t) => {
  const cluster = await startCluster(t, { controllers });
  const { client, eventually } = cluster;
  await client.create(storageClass, {
    metadata: { name: 'local' },
    provisioner: 'example.com/local',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  const ref = { namespace: 'default', name: 'data' };
  await client.create(persistentVolumeClaim, claim('data', '1Gi', { storageClassName: 'local' }));
  await eventually(() => assert.ok(cluster.events.some(({ reason }) => reason === 'WaitForFirstConsumer')));
  assert.equal(
    (await client.get(persistentVolumeClaim, ref)).metadata.annotations?.['volume.kubernetes.io/storage-provisioner'],
    undefined,
  );
  const annotations = { 'volume.kubernetes.io/selected-node': 'node-1' };
  await client.patch(persistentVolumeClaim, ref, { type: 'merge', body: { metadata: { annotations } } });
  await eventually(async () => {
    const { metadata } = await client.get(persistentVolumeClaim, ref);
    assert.equal(metadata.annotations?.['volume.kubernetes.io/storage-provisioner'], 'example.com/local');
  });
  const uid = (await client.get(persistentVolumeClaim, ref)).metadata.uid ?? '';
  const claimRef = { kind: 'PersistentVolumeClaim', namespace: 'default', name: 'data', uid };
  await client.create(persistentVolume, volume('made', '1Gi', { storageClassName: 'local', claimRef }));
  await eventually(async () => assert.equal((await client.get(persistentVolumeClaim, ref)).status?.phase, 'Bound'));
});
