import { addressBits, formatIp, type IpAddress, parseIp } from './ip.ts';

/** A block of addresses. Always aligned: the host bits of `base` are zero. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly base: bigint;
  /** 0 to 32 for family 4, 0 to 128 for family 6. */
  readonly prefix: number;
}

/**
 * Parses `address/prefix`; host bits are cleared, as Go's ParseCIDR does. Undefined: not a CIDR.
 * Whoever must refuse set host bits compares with `formatCidr`.
 */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.lastIndexOf('/');
  const address = parseIp(text.slice(0, Math.max(slash, 0)));
  const prefixText = text.slice(slash + 1);
  if (slash < 0 || !address || !/^(0|[1-9]\d{0,2})$/.test(prefixText)) return undefined;
  const prefix = Number(prefixText);
  return prefix > addressBits(address.family) ? undefined : cidrOf(address, prefix);
}

/** The block of this prefix length that holds the address. */
export function cidrOf(address: IpAddress, prefix: number): Cidr {
  const hostBits = BigInt(addressBits(address.family) - prefix);
  return { family: address.family, base: (address.value >> hostBits) << hostBits, prefix };
}

/** Canonical text, `10.42.0.0/16`. */
export function formatCidr(cidr: Cidr): string {
  return `${formatIp({ family: cidr.family, value: cidr.base })}/${cidr.prefix}`;
}

/** How many addresses the block has, its first and last included. */
export function cidrSize(cidr: Cidr): bigint {
  return 1n << BigInt(addressBits(cidr.family) - cidr.prefix);
}

/** Whether the address lies in the block; addresses of the other family never do. */
export function cidrContains(cidr: Cidr, address: IpAddress): boolean {
  return cidr.family === address.family && address.value >= cidr.base && address.value < cidr.base + cidrSize(cidr);
}

/** Whether some address lies in both. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return a.family === b.family && a.base < b.base + cidrSize(b) && b.base < a.base + cidrSize(a);
}

/** Address number `index` (the base address is 0). Undefined: beyond the block. */
export function nthAddress(cidr: Cidr, index: number | bigint): IpAddress | undefined {
  const offset = BigInt(index);
  return offset < 0n || offset >= cidrSize(cidr) ? undefined : { family: cidr.family, value: cidr.base + offset };
}

/** Which address of the block this is, the inverse of `nthAddress`. Undefined: not in the block. */
export function indexOfAddress(cidr: Cidr, address: IpAddress): bigint | undefined {
  return cidrContains(cidr, address) ? address.value - cidr.base : undefined;
}

/** How many blocks of the longer prefix fit; 0 when `prefix` is shorter than the block's own or not of its family. */
export function subnetCount(cidr: Cidr, prefix: number): bigint {
  if (prefix < cidr.prefix || prefix > addressBits(cidr.family)) return 0n;
  return 1n << BigInt(prefix - cidr.prefix);
}

/** Block number `index` of the longer prefix, for one pod subnet a node. Undefined: there is none. */
export function nthSubnet(cidr: Cidr, prefix: number, index: number | bigint): Cidr | undefined {
  const offset = BigInt(index);
  if (offset < 0n || offset >= subnetCount(cidr, prefix)) return undefined;
  const base = cidr.base + (offset << BigInt(addressBits(cidr.family) - prefix));
  return { family: cidr.family, base, prefix };
}
