import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../../base/errors.ts';

export interface FileContent {
  readonly content: Uint8Array;
  readonly mode: number;
  readonly uid?: number;
}

/** Files by relative path (`a/b` makes a folder). */
export type Payload = ReadonlyMap<string, FileContent>;

/**
 * Makes a folder hold exactly these files, all changing in one instant for whoever reads: the files lie in a hidden
 * folder, `..data` points to it, and each visible name points through `..data`. Returns whether anything changed.
 */
export async function writeFilesAtomically(
  folder: string,
  payload: Payload,
  options: { readonly gid: number | undefined },
): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const current = await readlink(join(folder, '..data')).catch(absent);
  if (current !== undefined && (await holds(join(folder, current), payload))) return false;
  const stamp = `..${new Date().toISOString().slice(0, 19).replaceAll(/[-T:]/g, '_')}.${randomBytes(4).toString('hex')}`;
  await fill(join(folder, stamp), payload, options.gid);
  await symlink(stamp, join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  const wanted = new Set([...payload.keys()].map((path) => path.split('/')[0] ?? ''));
  for (const name of wanted)
    await symlink(join('..data', name), join(folder, name)).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  for (const name of await readdir(folder))
    if (name !== '..data' && name !== stamp && (name.startsWith('..') || !wanted.has(name)))
      await rm(join(folder, name), { recursive: true, force: true });
  return true;
}

async function fill(folder: string, payload: Payload, gid: number | undefined): Promise<void> {
  const makeFolder = async (path: string) => {
    await mkdir(path, { recursive: true, mode: 0o755 });
    if (gid !== undefined) {
      await chown(path, 0, gid);
      await chmod(path, 0o2775);
    }
  };
  await makeFolder(folder);
  for (const [path, file] of payload) {
    const target = join(folder, path);
    if (path.includes('/')) await makeFolder(dirname(target));
    await writeFile(target, file.content, { mode: 0o600 });
    if (gid !== undefined || file.uid !== undefined) await chown(target, file.uid ?? 0, gid ?? 0);
    await chmod(target, gid === undefined ? file.mode : file.mode | 0o440);
  }
}

async function holds(folder: string, payload: Payload): Promise<boolean> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(absent);
  if (!names || names.filter((entry) => entry.isFile()).length !== payload.size) return false;
  for (const [path, file] of payload) {
    const found = await readFile(join(folder, path)).catch(absent);
    if (!found?.equals(file.content)) return false;
    if (((await lstat(join(folder, path))).mode & 0o777 & ~0o440) !== (file.mode & 0o777 & ~0o440)) return false;
  }
  return true;
}

function absent(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT') return undefined;
  throw error;
}
