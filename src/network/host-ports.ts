import { type Cidr, cidrContains } from '../base/cidr.ts';
import { parseIp } from '../base/ip.ts';
import { run } from '../base/process.ts';

/** The table of the plugin `portmap`, which everybody on the machine shares who uses it. */
const table = 'cni_hostport';

/**
 * Removes the host ports of pods in these ranges: `portmap` leaves them behind when nobody tells it that a pod is gone.
 * The table goes, too, when no pod of others is left in it. Returns what was removed, in words.
 */
export async function removeHostPorts(nft: string, ranges: readonly Cidr[]): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const family of ['ip', 'ip6', 'inet']) {
    const { exitCode, stdout } = await run(nft, ['-a', 'list', 'table', family, table], { allowFailure: true });
    if (exitCode !== 0) continue; // there is none
    const rules = podRules(stdout);
    const ours = rules.filter(({ address }) => {
      const parsed = parseIp(address);
      return parsed !== undefined && ranges.some((range) => cidrContains(range, parsed));
    });
    if (ours.length === rules.length) {
      await run(nft, ['delete', 'table', family, table]);
      removed.push(`nftables table ${family} ${table}`);
    } else if (ours.length > 0) {
      const lines = ours.map(({ chain, handle }) => `delete rule ${family} ${table} ${chain} handle ${handle}\n`);
      await run(nft, ['-f', '-'], { input: lines.join('') });
      removed.push(`${ours.length} rules of nftables table ${family} ${table}`);
    }
  }
  return removed;
}

export interface PodRule {
  readonly chain: string;
  readonly handle: number;
  readonly address: string;
}

/** The rules of `nft -a list table` that are about one pod. */
export function podRules(listing: string): readonly PodRule[] {
  const rules: PodRule[] = [];
  let chain = '';
  for (const line of listing.split('\n')) {
    chain = /^\tchain (\S+) /.exec(line)?.[1] ?? chain;
    const handle = /# handle (\d+)$/.exec(line)?.[1];
    const target = /\bdnat(?: ip6?)? to (?:\[([^\]]+)\]|([\d.]+))|\bip6? daddr ([\da-f.:]+) masquerade/.exec(line);
    const address = target?.[1] ?? target?.[2] ?? target?.[3];
    if (handle && address) rules.push({ chain, handle: Number(handle), address });
  }
  return rules;
}
