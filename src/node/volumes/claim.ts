import { stat } from 'node:fs/promises';
import { errorCode } from '../../base/errors.ts';
import { VolumeError, type VolumeKind } from './volume.ts';

/** A claim that is bound to a volume on this node's disk: `hostPath` or `local`. */
export const claimVolume: VolumeKind = {
  source: 'persistentVolumeClaim',
  async prepare({ pod, volume, objects }) {
    const { claimName = '', readOnly = false } = volume.persistentVolumeClaim ?? { claimName: '' };
    const namespace = pod.metadata.namespace ?? '';
    const claim = await objects.claim(namespace, claimName);
    if (!claim) throw new VolumeError(volume.name, `persistentvolumeclaim "${claimName}" not found`);
    const bound = claim.spec?.volumeName;
    if (claim.status?.phase !== 'Bound' || !bound)
      throw new VolumeError(volume.name, `PVC ${namespace}/${claimName} is not bound`);
    const persistent = await objects.persistentVolume(bound);
    if (!persistent) throw new VolumeError(volume.name, `persistentvolume "${bound}" not found`);
    if (persistent.spec?.claimRef?.uid !== undefined && persistent.spec.claimRef.uid !== claim.metadata.uid)
      throw new VolumeError(volume.name, `persistentvolume "${bound}" is bound to another claim`);
    if (persistent.spec?.volumeMode === 'Block')
      throw new VolumeError(volume.name, 'block volumes are not supported by this node');
    const path = persistent.spec?.hostPath?.path ?? persistent.spec?.local?.path;
    if (path === undefined)
      throw new VolumeError(
        volume.name,
        `persistentvolume "${bound}" is neither hostPath nor local; other kinds are not supported by this node`,
      );
    await stat(path).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT' || persistent.spec?.hostPath) return;
      throw new VolumeError(volume.name, `path ${path} does not exist`, { cause: error });
    });
    return { path, readOnly };
  },
};
