import type { PersistentVolume, PersistentVolumeClaim } from '../../api/schema/generated/types/core-v1.ts';
import type { StorageClass } from '../../api/schema/generated/types/storage-v1.ts';
import { bestVolume, classOf, isReservedFor, mismatch } from './match.ts';

export const bindCompleted = 'pv.kubernetes.io/bind-completed';
export const boundByController = 'pv.kubernetes.io/bound-by-controller';
const provisionedBy = 'pv.kubernetes.io/provisioned-by';
export const storageProvisioner = 'volume.kubernetes.io/storage-provisioner';
export const betaStorageProvisioner = 'volume.beta.kubernetes.io/storage-provisioner';
export const selectedNode = 'volume.kubernetes.io/selected-node';

export interface Note {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export type ClaimPlan =
  | { readonly type: 'bind'; readonly volume: PersistentVolume }
  | { readonly type: 'wait'; readonly note?: Note; readonly provisioner?: string }
  | { readonly type: 'lost'; readonly note: Note };

/** What to do with a claim. `classes` by name; `volumes` are all there are. */
export function planClaim(
  claim: PersistentVolumeClaim,
  { volumes, storageClass }: { volumes: readonly PersistentVolume[]; storageClass: StorageClass | undefined },
): ClaimPlan {
  const name = claim.spec?.volumeName;
  const wasBound = claim.metadata.annotations?.[bindCompleted] !== undefined;
  if (name) {
    const volume = volumes.find(({ metadata }) => metadata.name === name);
    if (!volume) {
      if (!wasBound) return { type: 'wait' };
      const message = `Bound claim has lost its PersistentVolume. Data on the volume is lost!`;
      return { type: 'lost', note: { type: 'Warning', reason: 'ClaimLost', message } };
    }
    if (volume.spec?.claimRef && !isReservedFor(volume, claim)) {
      if (wasBound) {
        const message = 'Two claims are bound to the same volume, this one is bound incorrectly';
        return { type: 'lost', note: { type: 'Warning', reason: 'ClaimMisbound', message } };
      }
      const message = `volume "${name}" already bound to a different claim.`;
      return { type: 'wait', note: { type: 'Warning', reason: 'FailedBinding', message } };
    }
    const why = wasBound ? undefined : mismatch(volume, claim);
    if (why !== undefined) {
      const message = `Cannot bind to requested volume "${name}": ${why}`;
      return { type: 'wait', note: { type: 'Warning', reason: 'VolumeMismatch', message } };
    }
    return { type: 'bind', volume };
  }
  const isDelayed =
    storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && !claim.metadata.annotations?.[selectedNode];
  const candidates = isDelayed ? volumes.filter((volume) => isReservedFor(volume, claim)) : volumes;
  const volume = bestVolume(claim, candidates);
  if (volume) return { type: 'bind', volume };
  if (isDelayed) {
    const message = 'waiting for first consumer to be created before binding';
    return { type: 'wait', note: { type: 'Normal', reason: 'WaitForFirstConsumer', message } };
  }
  return planProvisioning(claim, storageClass);
}

/** Volumes are made by provisioners outside; they look for the annotation that names them. */
function planProvisioning(claim: PersistentVolumeClaim, storageClass: StorageClass | undefined): ClaimPlan {
  const className = classOf(claim);
  if (!className) {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    return { type: 'wait', note: { type: 'Normal', reason: 'FailedBinding', message } };
  }
  if (!storageClass) {
    const message = `storageclass.storage.k8s.io "${className}" not found`;
    return { type: 'wait', note: { type: 'Warning', reason: 'ProvisioningFailed', message } };
  }
  const { provisioner } = storageClass;
  if (provisioner === 'kubernetes.io/no-provisioner') {
    const message = 'no volume plugin matched: storage class has no provisioner, a fitting volume must be made by hand';
    return { type: 'wait', note: { type: 'Warning', reason: 'ProvisioningFailed', message } };
  }
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. ` +
    'If volume creation is delayed, please verify that the provisioner is running and correctly registered.';
  return { type: 'wait', provisioner, note: { type: 'Normal', reason: 'ExternalProvisioning', message } };
}

export interface VolumePlan {
  readonly phase: 'Available' | 'Bound' | 'Released' | 'Failed';
  readonly message?: string;
  /** A claim that we bound is gone before it saw the volume: the volume is free again. */
  readonly unbind?: true;
}

/** What phase a volume is in, from the claim that its reference names. */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumePlan {
  const reference = volume.spec?.claimRef;
  if (!reference?.uid) return { phase: 'Available' };
  const isItsClaim = claim?.metadata.uid === reference.uid;
  if (!isItsClaim) {
    const phase = volume.status?.phase === 'Failed' ? 'Failed' : 'Released';
    const policy = volume.spec?.persistentVolumeReclaimPolicy ?? 'Retain';
    const isOthers = volume.metadata.annotations?.[provisionedBy] !== undefined || volume.spec?.csi !== undefined;
    if (policy === 'Retain' || isOthers) return { phase };
    const message = `error getting deleter volume plugin for volume "${volume.metadata.name}": no deletable volume plugin matched`;
    return { phase: 'Failed', message };
  }
  if (!claim.spec?.volumeName || claim.spec.volumeName === volume.metadata.name) return { phase: 'Bound' };
  // The claim went to another volume; what we reserved for it is free again.
  return volume.metadata.annotations?.[boundByController] !== undefined
    ? { phase: 'Available', unbind: true }
    : { phase: 'Bound' };
}
