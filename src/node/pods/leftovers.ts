import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../base/errors.ts';
import type { NodeContext } from './context.ts';

const uidLength = 36;

/** Removes volumes and logs of pods that nobody knows: the agent was killed between their end and their cleaning up. */
export async function removeLeftovers(
  { layout, volumes, log }: NodeContext,
  known: ReadonlySet<string>,
): Promise<void> {
  for (const uid of await list(layout.pods)) {
    if (known.has(uid)) continue;
    log.info('removing what is left of a pod', { uid });
    await volumes.removeLeftovers(uid);
  }
  for (const name of await list(layout.podLogs)) {
    // `<namespace>_<name>_<uid>`; anything else is not ours.
    const uid = name.slice(-uidLength);
    if (name.split('_').length !== 3 || name.at(-uidLength - 1) !== '_' || known.has(uid)) continue;
    await rm(join(layout.podLogs, name), { recursive: true, force: true });
  }
}

async function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
}
