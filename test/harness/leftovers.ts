import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/base/process.ts';
import { testPrefix } from './network.ts';

const ownName = new RegExp(`^${testPrefix}-(\\d+)-`);

/**
 * A test file that was ended by its deadline cannot clean up. The next one does: it ends the servers and removes the
 * folders and namespaces of test processes that are no more.
 */
export async function removeLeftovers(k3ts: string): Promise<void> {
  for (const name of await ofDeadProcesses(tmpdir())) {
    const folder = join(tmpdir(), name);
    const dataDir = join(folder, 'data');
    if (existsSync(dataDir)) await run(k3ts, ['killall', '--data-dir', dataDir], { timeoutMs: 60_000 });
    await rm(folder, { recursive: true, force: true });
  }
  for (const name of await ofDeadProcesses('/run/netns')) await run('ip', ['netns', 'delete', name]);
}

async function ofDeadProcesses(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  return (await readdir(folder)).filter((name) => {
    const pid = ownName.exec(name)?.[1];
    return pid !== undefined && !existsSync(`/proc/${pid}`);
  });
}
