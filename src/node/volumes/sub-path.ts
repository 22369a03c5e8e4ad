import { closeSync, constants, openSync, realpathSync } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { errorCode } from '../../base/errors.ts';
import { mount, mountPointsBelow } from './mount.ts';

/** Linux's O_PATH, which Node does not name: a handle on a place in the file tree, without opening what is there. */
const O_PATH = 0o10000000;

/**
 * Makes part of a volume available at `target` as a bind mount. The container can write to the volume, so a name in it
 * may be a link to the outside, also one put there between a check and a use: the path is resolved, must lie in the
 * volume, and is then walked by handles that follow no links; what is mounted is the last handle.
 */
export async function bindSubPath(options: {
  readonly volumePath: string;
  readonly subPath: string;
  readonly target: string;
}): Promise<void> {
  const { volumePath, subPath, target } = options;
  if (subPath.startsWith('/') || subPath.split('/').includes('..'))
    throw new Error(`subPath ${subPath} is not allowed: it must be relative and without ..`);
  if ((await mountPointsBelow(target)).includes(target)) return;
  const root = realpathSync(volumePath);
  await makeMissing(root, subPath);
  const path = realpathSync(join(root, subPath));
  if (path !== root && !path.startsWith(root + sep)) throw new Error(`subPath ${subPath} leaves the volume`);
  const handle = openBeneath(root, relative(root, path));
  try {
    const source = `/proc/${process.pid}/fd/${handle}`;
    if ((await stat(source)).isDirectory()) await mkdir(target, { recursive: true });
    else {
      await mkdir(dirname(target), { recursive: true });
      await (await open(target, 'a', 0o640)).close();
    }
    await mount(target, { source, flags: ['bind'] });
  } finally {
    closeSync(handle);
  }
}

/** Creates the folders of a subPath that are not there, never through a link that leads out. */
async function makeMissing(root: string, subPath: string): Promise<void> {
  let known = root;
  for (const part of subPath.split('/').filter((name) => name !== '' && name !== '.')) {
    const next = join(known, part);
    try {
      known = realpathSync(next);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      await mkdir(next, { mode: 0o750 });
      known = next;
    }
    if (known !== root && !known.startsWith(root + sep)) throw new Error(`subPath ${subPath} leaves the volume`);
  }
}

function openBeneath(root: string, path: string): number {
  let handle = openSync(root, O_PATH | constants.O_DIRECTORY);
  for (const part of path.split(sep).filter(Boolean)) {
    try {
      const next = openSync(`/proc/self/fd/${handle}/${part}`, O_PATH | constants.O_NOFOLLOW);
      closeSync(handle);
      handle = next;
    } catch (error) {
      closeSync(handle);
      throw error;
    }
  }
  return handle;
}
