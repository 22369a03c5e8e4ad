import { ProcessError, run } from '../base/process.ts';
import { podLinks, podRanges, readMachineNetwork } from './conflicts.ts';
import { removeHostPorts } from './host-ports.ts';
import { networkNames } from './network.ts';

/** Removes the links and firewall tables of a data directory; returns what was removed, in words. */
export async function removeNetwork(options: {
  readonly dataDir: string;
  readonly ip: string;
  readonly nft: string;
}): Promise<readonly string[]> {
  const { ip, nft } = options;
  const { link, table } = networkNames(options.dataDir);
  const { links } = await readMachineNetwork(ip);
  const removed = [...(await removeHostPorts(nft, podRanges(links, link)))];
  for (const name of [...podLinks(links, link), link]) {
    if (await succeeds(ip, ['link', 'delete', 'dev', name])) removed.push(`link ${name}`);
  }
  for (const family of ['ip', 'ip6']) {
    if (await succeeds(nft, ['delete', 'table', family, table])) removed.push(`nftables table ${family} ${table}`);
  }
  return removed;
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
