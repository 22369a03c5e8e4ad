import { type Cidr, cidrContains, cidrsOverlap, formatCidr, parseCidr } from '../base/cidr.ts';
import { parseIp } from '../base/ip.ts';
import { run } from '../base/process.ts';

/** What the machine has already, as `ip -json` shows it. */
export interface MachineNetwork {
  readonly links: readonly ShownLink[];
  readonly routes: readonly ShownRoute[];
}

export interface ShownLink {
  readonly ifname?: string;
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number; readonly scope?: string }[];
}

export interface ShownRoute {
  /** `default`, an address or a block. */
  readonly dst?: string;
  readonly dev?: string;
}

/** A range that the cluster is to have, and how messages call it. */
export interface WantedRange {
  readonly what: string;
  readonly cidr: Cidr;
}

/** Blocks given as text; what is no block is left to whoever uses it. */
export function wantedRanges(what: string, cidrs: readonly string[]): readonly WantedRange[] {
  return cidrs.flatMap((text) => {
    const cidr = parseCidr(text);
    return cidr ? [{ what, cidr }] : [];
  });
}

export interface Conflicts {
  /** The network cannot work beside these. */
  readonly problems: readonly string[];
  /** What is reached through these now will be hidden by the cluster's more precise routes. */
  readonly warnings: readonly string[];
}

export async function readMachineNetwork(ip: string): Promise<MachineNetwork> {
  const read = async (...words: string[]) => JSON.parse((await run(ip, ['-json', ...words])).stdout.trim() || '[]');
  return {
    links: await read('address', 'show'),
    routes: [...(await read('-4', 'route')), ...(await read('-6', 'route'))],
  };
}

/** The pods' links on this side: those that have the same addresses as the gateway's. */
export function podLinks(links: readonly ShownLink[], gateway: string): readonly string[] {
  const gateways = links.filter(({ ifname }) => ifname === gateway).flatMap(addressesOf);
  return links.flatMap((each) =>
    each.ifname && each.ifname !== gateway && addressesOf(each).some((address) => gateways.includes(address))
      ? [each.ifname]
      : [],
  );
}

/** The blocks of this node's pods, as the gateway has them. */
export function podRanges(links: readonly ShownLink[], gateway: string): readonly Cidr[] {
  return links
    .filter(({ ifname }) => ifname === gateway)
    .flatMap(({ addr_info = [] }) => addr_info.filter(({ scope }) => scope !== 'link'))
    .flatMap(({ local, prefixlen }) => parseCidr(`${local}/${prefixlen}`) ?? []);
}

/** What stands in the way of these ranges. `own` is our gateway link, whose things, and whose pods', are not in the way. */
export function findConflicts(
  { links, routes }: MachineNetwork,
  own: string,
  ranges: readonly WantedRange[],
): Conflicts {
  const ours = new Set([own, ...podLinks(links, own)]);
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const link of links.filter(({ ifname }) => ifname !== undefined && !ours.has(ifname)))
    for (const address of addressesOf(link)) {
      const parsed = parseIp(address);
      const range = parsed && ranges.find(({ cidr }) => cidrContains(cidr, parsed));
      if (range)
        problems.push(
          `the link ${link.ifname} has ${address}, which lies in ${range.what} ${formatCidr(range.cidr)}; take the link away (another server's: \`k3ts killall\` with its folder), or choose another range`,
        );
    }
  const told = new Set(
    links.filter((link) => problems.some((text) => text.includes(` ${link.ifname} `))).map((link) => link.ifname),
  );
  for (const { dst = '', dev = '' } of routes.filter(
    (route) => !ours.has(route.dev ?? '') && !told.has(route.dev ?? ''),
  )) {
    const target = parseCidr(dst.includes('/') ? dst : `${dst}/${dst.includes(':') ? 128 : 32}`);
    const range = target && ranges.find(({ cidr }) => cidrsOverlap(cidr, target));
    if (!range) continue;
    const route = `the route to ${dst}${dev && ` through ${dev}`}`;
    if (target.prefix < range.cidr.prefix)
      warnings.push(`${range.what} ${formatCidr(range.cidr)} hides a part of ${route}`);
    else problems.push(`${route} lies in ${range.what} ${formatCidr(range.cidr)}; remove it, or choose another range`);
  }
  return { problems, warnings };
}

function addressesOf({ addr_info = [] }: ShownLink): readonly string[] {
  return addr_info.flatMap(({ local, scope }) => (local && scope !== 'link' ? [local] : []));
}
