import { fill, fillZero } from '../fill.ts';
import type { Draft } from '../object.ts';
import type { DownwardAPIVolumeFile, PersistentVolumeSpec, Volume } from '../schema/generated/types/core-v1.ts';
import { defaultPullPolicy } from './image-reference.ts';

/** Files of config maps, secrets and the like are readable by all: octal 0644. */
const defaultMode = 0o644;

/** `SetDefaults_Volume` and the defaults of every source. */
export function defaultVolume(volume: Draft<Volume>): void {
  const { name: _, ...sources } = volume;
  if (Object.values(sources).every((source) => source === undefined)) volume.emptyDir = {};
  if (volume.configMap) fill(volume.configMap, { defaultMode });
  if (volume.secret) fill(volume.secret, { defaultMode });
  if (volume.downwardAPI) {
    fill(volume.downwardAPI, { defaultMode });
    defaultDownwardFiles(volume.downwardAPI.items);
  }
  if (volume.projected) {
    fill(volume.projected, { defaultMode });
    for (const { downwardAPI, serviceAccountToken } of volume.projected.sources ?? []) {
      defaultDownwardFiles(downwardAPI?.items);
      if (serviceAccountToken) fill(serviceAccountToken, { expirationSeconds: 3600 });
    }
  }
  if (volume.ephemeral?.volumeClaimTemplate?.spec) {
    fill(volume.ephemeral.volumeClaimTemplate.spec, { volumeMode: 'Filesystem' });
  }
  if (volume.image) fill(volume.image, { pullPolicy: defaultPullPolicy(volume.image.reference) });
  defaultCommonSources(volume);
}

/** Sources that pod volumes and persistent volumes have in common. */
export function defaultCommonSources(
  sources: Pick<Draft<Volume> | Draft<PersistentVolumeSpec>, 'hostPath' | 'iscsi' | 'rbd' | 'azureDisk' | 'scaleIO'>,
): void {
  const { hostPath, iscsi, rbd, azureDisk, scaleIO } = sources;
  if (hostPath) fill(hostPath, { type: '' });
  if (iscsi) fill(iscsi, { iscsiInterface: 'default' });
  if (rbd) fill(rbd, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' });
  if (azureDisk) fill(azureDisk, { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false });
  if (scaleIO) fillZero(scaleIO, { storageMode: 'ThinProvisioned', fsType: 'xfs' });
}

function defaultDownwardFiles(files: readonly Draft<DownwardAPIVolumeFile>[] | undefined): void {
  for (const { fieldRef } of files ?? []) if (fieldRef) fill(fieldRef, { apiVersion: 'v1' });
}
