import { ProcessError, run } from '../base/process.ts';
import { podLinks, readMachineNetwork } from './conflicts.ts';
import { networkNames } from './network.ts';

/** What `portmap` leaves behind when nobody tells it that a pod is gone; shared by all that use the plugin. */
const hostPortTable = 'cni_hostport';

/** Removes the links and firewall tables of a data directory; returns what was removed, in words. */
export async function removeNetwork(options: {
  readonly dataDir: string;
  readonly ip: string;
  readonly nft: string;
}): Promise<readonly string[]> {
  const { ip, nft } = options;
  const { link, table } = networkNames(options.dataDir);
  const removed: string[] = [];
  for (const name of [...podLinks((await readMachineNetwork(ip)).links, link), link]) {
    if (await succeeds(ip, ['link', 'delete', 'dev', name])) removed.push(`link ${name}`);
  }
  for (const family of ['ip', 'ip6']) {
    if (await succeeds(nft, ['delete', 'table', family, table])) removed.push(`nftables table ${family} ${table}`);
  }
  for (const family of ['ip', 'ip6', 'inet']) {
    if ((await isUnused(nft, family)) && (await succeeds(nft, ['delete', 'table', family, hostPortTable])))
      removed.push(`nftables table ${family} ${hostPortTable}`);
  }
  return removed;
}

/** Whether the host port table has no rule left that leads to a pod. */
async function isUnused(nft: string, family: string): Promise<boolean> {
  const { exitCode, stdout } = await run(nft, ['list', 'table', family, hostPortTable], { allowFailure: true });
  return exitCode === 0 && !stdout.includes('dnat');
}

/** False where the thing was not there; other failures are errors. */
async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(program, args);
    return true;
  } catch (error) {
    if (error instanceof ProcessError && /Cannot find device|No such (file|device)/.test(error.result.stderr))
      return false;
    throw error;
  }
}
