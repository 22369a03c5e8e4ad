import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../base/errors.ts';

const mountPoint = '/sys/fs/cgroup';

/**
 * Removes a control group and all below it, in every hierarchy; groups that have processes stay, as these are not ours.
 * Returns the folders removed, the root ones only.
 */
export async function removeCgroups(root: string): Promise<string[]> {
  const names = (await readdir(mountPoint, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const hierarchies = [mountPoint, ...names.map(({ name }) => join(mountPoint, name))];
  const removed: string[] = [];
  for (const hierarchy of hierarchies) {
    const path = join(hierarchy, root);
    if (await removeTree(path)) removed.push(path);
  }
  return removed;
}

/** Depth first; the files in a group go with it. False: there is no such group, or it is in use. */
async function removeTree(path: string): Promise<boolean> {
  try {
    for (const entry of await readdir(path, { withFileTypes: true }))
      if (entry.isDirectory()) await removeTree(join(path, entry.name));
    await rmdir(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'EBUSY') return false;
    throw error;
  }
}
