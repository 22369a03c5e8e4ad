import { run } from '../../base/process.ts';

interface Link {
  readonly ifname: string;
  readonly master?: string;
}

interface TableList {
  readonly nftables?: readonly { readonly table?: { readonly family: string; readonly name: string } }[];
}

/** Removes the bridge of an instance and the links that are its ports. Returns their names. */
export async function removeLinks(bridge: string): Promise<string[]> {
  const links = JSON.parse((await run('ip', ['-j', 'link', 'show'])).stdout) as readonly Link[];
  const ours = links.filter((link) => link.master === bridge).concat(links.filter((link) => link.ifname === bridge));
  for (const { ifname } of ours) {
    const result = await run('ip', ['link', 'delete', ifname], { allowFailure: true });
    // A veth goes by itself when the network namespace of its other end goes.
    if (result.exitCode !== 0 && !result.stderr.includes('Cannot find device'))
      throw new Error(`cannot delete link ${ifname}: ${result.stderr.trim()}`);
  }
  return ours.map((link) => link.ifname);
}

/** Removes the nftables tables of this name, of any family. Returns `family name` of each. */
export async function removeTables(name: string): Promise<string[]> {
  const list = JSON.parse((await run('nft', ['-j', 'list', 'tables'])).stdout) as TableList;
  const ours = (list.nftables ?? []).flatMap((entry) => (entry.table?.name === name ? [entry.table] : []));
  for (const table of ours) await run('nft', ['delete', 'table', table.family, table.name]);
  return ours.map((table) => `${table.family} ${table.name}`);
}
