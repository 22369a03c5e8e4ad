import type { PersistentVolume } from '../schema/generated/types/core-v1.ts';

/** The secrets that a node needs to mount a volume, as `namespace/name`. */
export function volumeSecrets({ spec = {} }: PersistentVolume): readonly string[] {
  const claimNamespace = spec.claimRef?.namespace ?? '';
  const { csi, cephfs, rbd, scaleIO, iscsi, flexVolume, storageos, azureFile } = spec;
  const references = [
    csi?.nodePublishSecretRef,
    csi?.nodeStageSecretRef,
    csi?.nodeExpandSecretRef,
    csi?.controllerPublishSecretRef,
    ...[cephfs, rbd, scaleIO, iscsi, flexVolume, storageos].map((source) => source?.secretRef),
    azureFile && { name: azureFile.secretName, namespace: azureFile.secretNamespace },
  ];
  return references.flatMap((reference) =>
    reference?.name ? [`${reference.namespace || claimNamespace}/${reference.name}`] : [],
  );
}
