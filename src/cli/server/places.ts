import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../../base/errors.ts';
import type { ServerOptions } from '../../options.ts';

const leastFreeBytes = 100 * 1024 * 1024;

/** Whether everything that a server writes can be written where the options want it. Changes nothing. */
export async function placeProblems({ dataDir, kubeconfig, logFile }: ServerOptions): Promise<readonly string[]> {
  const found = await Promise.all([
    folderProblem('--data-dir', dataDir, leastFreeBytes),
    fileProblem('--write-kubeconfig', kubeconfig.path),
    logFile === undefined ? undefined : fileProblem('--log', logFile),
  ]);
  return found.filter((problem) => problem !== undefined);
}

async function fileProblem(flag: string, path: string): Promise<string | undefined> {
  if (await isFolder(path)) return `${flag}: ${path}: is a folder; name a file`;
  return folderProblem(flag, dirname(path), 0);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    // Whether it may be made is a question to its folder.
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}

/** A folder, or the nearest one above it that is there: the server makes the rest. */
async function folderProblem(flag: string, wanted: string, freeBytes: number): Promise<string | undefined> {
  for (let folder = wanted; ; folder = dirname(folder))
    try {
      if (!(await stat(folder)).isDirectory()) return `${flag}: ${wanted}: ${folder} is a file, not a folder`;
      await access(folder, constants.W_OK | constants.X_OK);
      const { bavail, bsize } = await statfs(folder);
      if (bavail * bsize >= freeBytes) return undefined;
      const [free, least] = [bavail * bsize, freeBytes].map((bytes) => Math.floor(bytes / 1024 ** 2));
      return `${flag}: ${wanted}: only ${free} MiB are free there; at least ${least} MiB are needed`;
    } catch (error) {
      const code = errorCode(error);
      // Of a path through a file the file itself is found further up.
      if ((code === 'ENOENT' || code === 'ENOTDIR') && folder !== dirname(folder)) continue;
      const why = code === 'EROFS' ? 'the file system is read-only' : `${folder} cannot be written to (${code})`;
      return `${flag}: ${wanted}: ${why}`;
    }
}
