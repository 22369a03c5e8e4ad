import { type Cidr, cidrContains, cidrSize, cidrsOverlap, formatCidr, nthAddress, parseCidr } from '../../base/cidr.ts';
import { formatIp, type IpAddress, isLoopback, isUnspecified, parseIp } from '../../base/ip.ts';
import type { ServerOptions } from '../../options.ts';
import type { SettingsReader } from '../flags/reader.ts';

type Networks = Pick<ServerOptions, 'nodeIps' | 'clusterCidrs' | 'serviceCidrs' | 'clusterDns'>;

const familyNames = { 4: 'IPv4', 6: 'IPv6' } as const;
/** Of a node's pod block: kube-controller-manager's defaults. */
const nodePrefix = { 4: 24, 6: 64 } as const;
/** kube-apiserver keeps a bitmap of the addresses it gave out, and allows this many bits for it. */
const mostServiceBits = 20;
const fewestServiceAddresses = 16n;

/**
 * Reads the four network settings together, as each must fit the others. `detected` are the machine's own addresses.
 * Undefined: something is wrong, and has been noted.
 */
export function readNetworks(reader: SettingsReader, detected: readonly IpAddress[]): Networks | undefined {
  const clusterCidrs = readBlocks(reader, 'cluster-cidr');
  const serviceCidrs = readBlocks(reader, 'service-cidr');
  const nodeIps = readNodeIps(reader, detected, clusterCidrs);
  if (!nonEmpty(clusterCidrs) || !nonEmpty(serviceCidrs) || !nonEmpty(nodeIps)) return undefined;
  checkSizes(reader, clusterCidrs, serviceCidrs);
  checkFamilies(reader, clusterCidrs, serviceCidrs, nodeIps);
  checkOverlaps(reader, clusterCidrs, serviceCidrs, nodeIps);
  const clusterDns = readClusterDns(reader, serviceCidrs);
  return nonEmpty(clusterDns) ? { nodeIps, clusterCidrs, serviceCidrs, clusterDns } : undefined;
}

function nonEmpty<T>(list: readonly T[]): list is readonly [T, ...T[]] {
  return list.length > 0;
}

function readBlocks(reader: SettingsReader, name: string): Cidr[] {
  const blocks = reader.each(name, parseCidr, 'must be a CIDR such as 10.42.0.0/16 or fd00:42::/56');
  if (reader.values(name).length === 0) reader.problem(name, '', 'at least one CIDR is needed');
  for (const [index, block] of blocks.entries())
    if (blocks.findIndex((other) => other.family === block.family) !== index)
      reader.problem(name, formatCidr(block), `only one block of ${familyNames[block.family]} is allowed`);
  return blocks;
}

function readNodeIps(reader: SettingsReader, detected: readonly IpAddress[], pods: readonly Cidr[]): IpAddress[] {
  if (!reader.given('node-ip')) {
    const wanted = pods.map((block) => detected.find((address) => address.family === block.family));
    const missing = pods.find((_, index) => wanted[index] === undefined);
    if (missing)
      reader.problem(
        'node-ip',
        '',
        `this machine has no ${familyNames[missing.family]} address to be found by; name one`,
      );
    return wanted.filter((address) => address !== undefined);
  }
  const addresses = reader.each(
    'node-ip',
    (text) => {
      const address = parseIp(text);
      return address && !isLoopback(address) && !isUnspecified(address) ? address : undefined;
    },
    'must be an address at which other nodes could reach this one',
  );
  for (const [index, address] of addresses.entries())
    if (addresses.findIndex((other) => other.family === address.family) !== index)
      reader.problem('node-ip', formatIp(address), `only one address of ${familyNames[address.family]} is allowed`);
  return addresses;
}

function checkSizes(reader: SettingsReader, pods: readonly Cidr[], services: readonly Cidr[]): void {
  for (const block of pods)
    if (block.prefix > nodePrefix[block.family])
      reader.problem(
        'cluster-cidr',
        formatCidr(block),
        `a node alone takes a /${nodePrefix[block.family]}: the prefix must be at most that`,
      );
  for (const block of services) {
    if (cidrSize(block) > 1n << BigInt(mostServiceBits))
      reader.problem(
        'service-cidr',
        formatCidr(block),
        `too large: the prefix must be at least /${(block.family === 4 ? 32 : 128) - mostServiceBits}`,
      );
    if (cidrSize(block) < fewestServiceAddresses)
      reader.problem(
        'service-cidr',
        formatCidr(block),
        `too small: it must have at least ${fewestServiceAddresses} addresses`,
      );
  }
}

function checkFamilies(
  reader: SettingsReader,
  pods: readonly Cidr[],
  services: readonly Cidr[],
  nodes: readonly IpAddress[],
): void {
  const families = (list: readonly { readonly family: 4 | 6 }[]) =>
    list.map((each) => familyNames[each.family]).join(', ');
  if (families(pods) !== families(services))
    reader.problem(
      'service-cidr',
      services.map(formatCidr).join(','),
      `the families (${families(services)}) must be those of --cluster-cidr (${families(pods)}), in the same order`,
    );
  if (reader.given('node-ip') && families(nodes) !== families(pods))
    reader.problem(
      'node-ip',
      nodes.map(formatIp).join(','),
      `the families (${families(nodes)}) must be those of --cluster-cidr (${families(pods)}), in the same order`,
    );
}

function checkOverlaps(
  reader: SettingsReader,
  pods: readonly Cidr[],
  services: readonly Cidr[],
  nodes: readonly IpAddress[],
): void {
  for (const pod of pods)
    for (const service of services)
      if (cidrsOverlap(pod, service))
        reader.problem(
          'service-cidr',
          formatCidr(service),
          `overlaps --cluster-cidr ${formatCidr(pod)}; they must be apart`,
        );
  for (const address of nodes) {
    const inside = (name: string, blocks: readonly Cidr[]) => {
      const block = blocks.find((candidate) => cidrContains(candidate, address));
      if (block)
        reader.problem(
          name,
          formatCidr(block),
          `this node's own address ${formatIp(address)} lies in it; choose another block`,
        );
    };
    inside('cluster-cidr', pods);
    inside('service-cidr', services);
  }
}

/** The 10th address of each block, or one address given for each. */
function readClusterDns(reader: SettingsReader, services: readonly Cidr[]): IpAddress[] {
  if (!reader.given('cluster-dns'))
    return services.map((block) => nthAddress(block, 10)).filter((address) => address !== undefined);
  const given = reader.each('cluster-dns', parseIp, 'must be an address');
  const shown = services.map(formatCidr).join(', ');
  for (const address of given) {
    const block = services.find((candidate) => cidrContains(candidate, address));
    if (!block) reader.problem('cluster-dns', formatIp(address), `must lie in the service CIDR (${shown})`);
    else if (address.value - block.base < 2n)
      reader.problem(
        'cluster-dns',
        formatIp(address),
        "must not be the block's first address, or its second, which the API server has",
      );
  }
  const ordered = services.map((block) => given.find((address) => cidrContains(block, address)));
  if (given.length > services.length || ordered.includes(undefined))
    if (
      given.length === reader.values('cluster-dns').length &&
      given.every((address) => services.some((block) => cidrContains(block, address)))
    )
      reader.problem(
        'cluster-dns',
        given.map(formatIp).join(','),
        `one address for each service CIDR is needed (${shown})`,
      );
  return ordered.filter((address) => address !== undefined);
}
