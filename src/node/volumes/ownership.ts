import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Gives a volume to a group: group ownership, group rights, and set-gid folders, so that new files belong to it, too.
 * With `OnRootMismatch` nothing is done when the root is already right. Source: the pod's `fsGroup`.
 */
export async function giveToGroup(
  root: string,
  gid: number,
  options: { readonly readOnly: boolean; readonly onlyIfRootDiffers: boolean },
): Promise<void> {
  const { readOnly, onlyIfRootDiffers } = options;
  if (onlyIfRootDiffers) {
    const { gid: now, mode } = await lstat(root);
    if (now === gid && (mode & 0o2070) === 0o2070) return;
  }
  await visit(root, gid, readOnly);
}

async function visit(path: string, gid: number, readOnly: boolean): Promise<void> {
  const stats = await lstat(path);
  await lchown(path, stats.uid, gid);
  if (stats.isSymbolicLink()) return;
  const rights = readOnly ? 0o440 : 0o660;
  await chmod(path, (stats.mode & 0o7777) | rights | (stats.isDirectory() ? 0o2110 : 0));
  if (stats.isDirectory()) for (const name of await readdir(path)) await visit(join(path, name), gid, readOnly);
}
