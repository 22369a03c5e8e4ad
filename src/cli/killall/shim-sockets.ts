import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../base/errors.ts';

/**
 * The sockets of shims lie outside the data directory, in /run/containerd/s, as the paths of sockets must be short.
 * Finds them by what containerd noted of its tasks; a shim that was killed leaves its socket behind.
 */
export async function removeShimSockets(containerdState: string): Promise<string[]> {
  const tasks = join(containerdState, 'io.containerd.runtime.v2.task');
  const removed: string[] = [];
  for (const namespace of await listIfThere(tasks))
    for (const task of await listIfThere(join(tasks, namespace))) {
      const folder = join(tasks, namespace, task);
      const notes = [await textIfThere(join(folder, 'bootstrap.json')), await textIfThere(join(folder, 'address'))];
      for (const path of notes.flatMap(socketsIn)) {
        if (!existsSync(path)) continue; // its shim ended in order
        await rm(path, { force: true });
        removed.push(path);
      }
    }
  return removed;
}

export function socketsIn(note: string): string[] {
  return [...note.matchAll(/unix:\/\/(\/run\/containerd\/s\/[\da-f]{64})/g)].map((match) => match[1] ?? '');
}

async function listIfThere(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function textIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
