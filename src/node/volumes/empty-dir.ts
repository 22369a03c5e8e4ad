import { chmod, mkdir } from 'node:fs/promises';
import { quantityValue } from '../../api/quantity/quantity.ts';
import { mount, mountPointsBelow, unmount } from './mount.ts';
import { VolumeError, type VolumeKind } from './volume.ts';

/** Scratch space of a pod: a folder on disk, or a tmpfs of its own. */
export const emptyDirVolume: VolumeKind = {
  source: 'emptyDir',
  async prepare({ volume, folder }) {
    const { medium = '', sizeLimit } = volume.emptyDir ?? {};
    if (medium !== '' && medium !== 'Memory')
      throw new VolumeError(
        volume.name,
        `emptyDir medium ${medium} is not supported by this node; supported are "" and Memory`,
      );
    await mkdir(folder, { recursive: true });
    if (medium === 'Memory' && !(await mountPointsBelow(folder)).includes(folder)) {
      const size = sizeLimit === undefined ? 0 : quantityValue(sizeLimit);
      await mount(folder, {
        type: 'tmpfs',
        source: 'tmpfs',
        flags: [...(size > 0 ? [`size=${size}`] : []), 'noswap'],
      }).catch(
        // Kernels before 6.4 do not know `noswap`.
        () => mount(folder, { type: 'tmpfs', source: 'tmpfs', flags: size > 0 ? [`size=${size}`] : [] }),
      );
    }
    await chmod(folder, 0o777);
    return { path: folder };
  },
  async remove({ volume, folder }) {
    if (volume.emptyDir?.medium === 'Memory') await unmount(folder);
  },
};
