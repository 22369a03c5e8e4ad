import type { Stats } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { errorCode } from '../../base/errors.ts';
import { VolumeError, type VolumeKind } from './volume.ts';

const checks: Readonly<Record<string, { readonly is: (stats: Stats) => boolean; readonly what: string }>> = {
  Directory: { is: (stats) => stats.isDirectory(), what: 'a directory' },
  DirectoryOrCreate: { is: (stats) => stats.isDirectory(), what: 'a directory' },
  File: { is: (stats) => stats.isFile(), what: 'a file' },
  FileOrCreate: { is: (stats) => stats.isFile(), what: 'a file' },
  Socket: { is: (stats) => stats.isSocket(), what: 'a socket' },
  CharDevice: { is: (stats) => stats.isCharacterDevice(), what: 'a character device' },
  BlockDevice: { is: (stats) => stats.isBlockDevice(), what: 'a block device' },
};

/** A file or folder of the node itself; `type` says what must be there, or what to make. */
export const hostPathVolume: VolumeKind = {
  source: 'hostPath',
  async prepare({ volume }) {
    const { path = '', type = '' } = volume.hostPath ?? { path: '' };
    await checkHostPath(volume.name, path, type);
    return { path };
  },
};

async function checkHostPath(volumeName: string, path: string, type: string): Promise<void> {
  if (type === '') return;
  const check = checks[type];
  if (!check) throw new VolumeError(volumeName, `hostPath type ${type} is not known`);
  const found = await stat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found) {
    if (!check.is(found)) throw new VolumeError(volumeName, `hostPath type check failed: ${path} is not ${check.what}`);
    return;
  }
  if (type === 'DirectoryOrCreate') await mkdir(path, { recursive: true, mode: 0o755 });
  else if (type === 'FileOrCreate') await (await open(path, 'a', 0o644)).close();
  else throw new VolumeError(volumeName, `hostPath type check failed: ${path} is not ${check.what}`);
}
