import { type Cidr, cidrsOverlap, formatCidr, nthSubnet, parseCidr, subnetCount } from '../../base/cidr.ts';

export interface PodRange {
  readonly cidr: Cidr;
  /** Prefix length of one node's part; upstream's defaults are 24 and 64. */
  readonly nodePrefix: number;
}

/** The first part of the range that overlaps none of those in use; undefined: the range is full. */
export function nextNodeCidr({ cidr, nodePrefix }: PodRange, inUse: Iterable<string>): string | undefined {
  const taken = [...inUse].flatMap((text) => parseCidr(text) ?? []).filter(({ family }) => family === cidr.family);
  const count = subnetCount(cidr, nodePrefix);
  const takenBases = new Set(taken.filter(({ prefix }) => prefix === nodePrefix).map(({ base }) => base));
  const odd = taken.filter(({ prefix }) => prefix !== nodePrefix);
  for (let index = 0n; index < count; index++) {
    const part = nthSubnet(cidr, nodePrefix, index);
    if (part && !takenBases.has(part.base) && !odd.some((other) => cidrsOverlap(part, other))) return formatCidr(part);
  }
  return undefined;
}
