import { persistentVolume } from '../../api/core/persistent-volume.ts';
import { persistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts';
import { formatTime, keyOf } from '../../api/object.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/schema/generated/types/core-v1.ts';
import { storageClass } from '../../api/storage/storage-class.ts';
import {
  changesOf,
  controller,
  done,
  mayWrite,
  mayWriteStatus,
  type ReconcileContext,
} from '../../controller-runtime/controller.ts';
import { writeStatus } from '../shared/status.ts';
import { classOf } from './match.ts';
import {
  betaStorageProvisioner,
  bindCompleted,
  boundByController,
  planClaim,
  planVolume,
  storageProvisioner,
} from './plan.ts';

const writes = [
  mayWrite(persistentVolume, 'update'),
  mayWriteStatus(persistentVolume),
  mayWrite(persistentVolumeClaim, 'update'),
  mayWriteStatus(persistentVolumeClaim),
];

/** Binds claims to volumes that fit. One at a time: two claims must not reach for the same volume. */
export const claimBinder = controller({
  name: 'persistent-volume-claim-binder',
  account: 'persistent-volume-binder',
  wakesOn: [
    changesOf(persistentVolumeClaim),
    // A new, freed or lost volume may concern any claim that is not well bound.
    changesOf(persistentVolume, (volume, client) => {
      const waits = ({ status, spec }: PersistentVolumeClaim) =>
        status?.phase !== 'Bound' || spec?.volumeName === volume.metadata.name;
      return client.view(persistentVolumeClaim).list().filter(waits).map(keyOf);
    }),
    changesOf(storageClass, ({ metadata }, client) =>
      client
        .view(persistentVolumeClaim)
        .list()
        .filter((claim) => classOf(claim) === metadata.name && claim.status?.phase !== 'Bound')
        .map(keyOf),
    ),
  ],
  concurrency: 1,
  writes,
  async reconcile(key, context) {
    const { client, events, signal } = context;
    const claim = client.view(persistentVolumeClaim).get(key);
    if (!claim) return done;
    const volumes = client.view(persistentVolume).list();
    const plan = planClaim(claim, { volumes, storageClass: client.view(storageClass).get(classOf(claim)) });
    if (plan.type === 'bind') {
      if (claim.metadata.deletionTimestamp && !claim.metadata.annotations?.[bindCompleted]) return done;
      await bind(claim, plan.volume, context);
      return done;
    }
    if (plan.note && claim.status?.phase !== 'Lost') events.record(claim, plan.note);
    if (plan.type === 'lost') {
      await writeStatus(context, persistentVolumeClaim, claim, { ...claim.status, phase: 'Lost' });
      return done;
    }
    let current = claim;
    const { provisioner } = plan;
    if (provisioner && claim.metadata.annotations?.[storageProvisioner] !== provisioner) {
      const marks = { [betaStorageProvisioner]: provisioner, [storageProvisioner]: provisioner };
      const annotations = { ...claim.metadata.annotations, ...marks };
      current = await client.update(
        persistentVolumeClaim,
        { ...claim, metadata: { ...claim.metadata, annotations } },
        { signal },
      );
    }
    await writeStatus(context, persistentVolumeClaim, current, { ...current.status, phase: 'Pending' });
    return done;
  },
});

/** Four writes, each of which can be the last before a crash: the next look goes on where this one stopped. */
async function bind(claim: PersistentVolumeClaim, volume: PersistentVolume, context: ReconcileContext): Promise<void> {
  const { client, signal } = context;
  let bound = volume;
  if (volume.spec?.claimRef?.uid !== claim.metadata.uid) {
    const { name = '', namespace = '', uid = '', resourceVersion = '' } = claim.metadata;
    const isOurs = volume.spec?.claimRef === undefined;
    const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid, resourceVersion };
    const annotations = { ...volume.metadata.annotations, ...(isOurs && { [boundByController]: 'yes' }) };
    bound = await client.update(
      persistentVolume,
      { ...volume, metadata: { ...volume.metadata, annotations }, spec: { ...volume.spec, claimRef } },
      { signal },
    );
  }
  bound = await writePhase(bound, { phase: 'Bound' }, context);
  const volumeName = bound.metadata.name ?? '';
  let current = claim;
  if (claim.spec?.volumeName !== volumeName || !claim.metadata.annotations?.[bindCompleted]) {
    const annotations = {
      ...claim.metadata.annotations,
      ...(!claim.spec?.volumeName && { [boundByController]: 'yes' }),
      [bindCompleted]: 'yes',
    };
    const spec = { ...claim.spec, volumeName };
    current = await client.update(
      persistentVolumeClaim,
      { ...claim, metadata: { ...claim.metadata, annotations }, spec },
      { signal },
    );
  }
  // A bound claim's capacity is the business of whoever resizes it.
  const capacity = current.status?.phase === 'Bound' ? current.status.capacity : bound.spec?.capacity;
  await writeStatus(context, persistentVolumeClaim, current, {
    ...current.status,
    phase: 'Bound',
    ...(bound.spec?.accessModes && { accessModes: bound.spec.accessModes }),
    ...(capacity && { capacity }),
  });
}

async function writePhase(
  volume: PersistentVolume,
  { phase, message }: { readonly phase: string; readonly message?: string },
  context: ReconcileContext,
): Promise<PersistentVolume> {
  const { message: _message, ...old } = volume.status ?? {};
  const lastPhaseTransitionTime = old.phase === phase ? old.lastPhaseTransitionTime : formatTime(context.now());
  const status = {
    ...old,
    phase,
    ...(message !== undefined && { message }),
    ...(lastPhaseTransitionTime && { lastPhaseTransitionTime }),
  };
  return await writeStatus(context, persistentVolume, volume, status);
}

/** Keeps the volumes' phases true to their claims. */
export const volumePhases = controller({
  name: 'persistent-volume-phases',
  account: 'persistent-volume-binder',
  wakesOn: [
    changesOf(persistentVolume),
    changesOf(persistentVolumeClaim, ({ metadata, spec }, client) => {
      const own = spec?.volumeName ? [spec.volumeName] : [];
      const named = client
        .view(persistentVolume)
        .list()
        .filter(({ spec: volume }) => volume?.claimRef?.uid !== undefined && volume.claimRef.uid === metadata.uid)
        .map(keyOf);
      return [...own, ...named];
    }),
  ],
  concurrency: 1,
  writes,
  async reconcile(key, context) {
    const { client, events, signal } = context;
    const volume = client.view(persistentVolume).get(key);
    if (!volume) return done;
    const reference = volume.spec?.claimRef;
    const claim = reference && client.view(persistentVolumeClaim).get(`${reference.namespace}/${reference.name}`);
    const plan = planVolume(volume, claim);
    let current = volume;
    if (plan.unbind) {
      const { [boundByController]: _ours, ...annotations } = volume.metadata.annotations ?? {};
      const { claimRef: _claim, ...spec } = volume.spec ?? {};
      current = await client.update(
        persistentVolume,
        { ...volume, metadata: { ...volume.metadata, annotations }, spec },
        { signal },
      );
    }
    if (plan.phase === 'Failed' && volume.status?.phase !== 'Failed')
      events.record(volume, { type: 'Warning', reason: 'VolumeFailedDelete', message: plan.message ?? '' });
    await writePhase(current, plan, context);
    return done;
  },
});
