import type { Pod } from '../schema/generated/types/core-v1.ts';

/** Another object of the pod's namespace that the pod needs. */
export interface PodReference {
  readonly plural: 'configmaps' | 'secrets' | 'serviceaccounts' | 'persistentvolumeclaims';
  readonly name: string;
}

/** Everything in the pod's namespace that it names. */
export function podReferences({ metadata, spec }: Pod): readonly PodReference[] {
  const found: PodReference[] = [];
  const add = (plural: PodReference['plural'], name: string | undefined) => {
    if (name) found.push({ plural, name });
  };
  add('serviceaccounts', spec?.serviceAccountName);
  for (const secret of spec?.imagePullSecrets ?? []) add('secrets', secret.name);
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec ?? {};
  for (const container of [...containers, ...initContainers, ...ephemeralContainers]) {
    for (const source of container.envFrom ?? []) {
      add('configmaps', source.configMapRef?.name);
      add('secrets', source.secretRef?.name);
    }
    for (const { valueFrom } of container.env ?? []) {
      add('configmaps', valueFrom?.configMapKeyRef?.name);
      add('secrets', valueFrom?.secretKeyRef?.name);
    }
  }
  for (const volume of spec?.volumes ?? []) {
    add('configmaps', volume.configMap?.name);
    add('secrets', volume.secret?.secretName);
    add('persistentvolumeclaims', volume.persistentVolumeClaim?.claimName);
    if (volume.ephemeral) add('persistentvolumeclaims', `${metadata.name}-${volume.name}`);
    for (const source of volume.projected?.sources ?? []) {
      add('configmaps', source.configMap?.name);
      add('secrets', source.secret?.name);
    }
    const { cephfs, flexVolume, rbd, scaleIO, iscsi, storageos } = volume;
    for (const source of [cephfs, flexVolume, rbd, scaleIO, iscsi, storageos]) add('secrets', source?.secretRef?.name);
    add('secrets', volume.csi?.nodePublishSecretRef?.name);
    add('secrets', volume.azureFile?.secretName);
  }
  return found;
}
