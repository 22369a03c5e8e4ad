import { type Cidr, cidrSize, formatCidr, indexOfAddress, nthAddress } from '../../base/cidr.ts';
import type { Clock } from '../../base/clock.ts';
import { formatIp, parseIp } from '../../base/ip.ts';
import { Pool } from './pool.ts';

/** Larger blocks are used up to here; nobody has a million services. */
const mostAddresses = 2 ** 20;

/** The addresses of one service CIDR. The block's first address names the network and, for IPv4, its last one everybody. */
export class AddressRange {
  readonly family: 'IPv4' | 'IPv6';
  readonly pool: Pool;
  readonly #cidr: Cidr;
  readonly #size: number;

  constructor(cidr: Cidr, clock: Clock) {
    this.#cidr = cidr;
    this.family = cidr.family === 4 ? 'IPv4' : 'IPv6';
    const all = cidrSize(cidr);
    const usable = all - (cidr.family === 4 ? 2n : 1n);
    this.#size = Number(usable > BigInt(mostAddresses) ? BigInt(mostAddresses) : usable);
    this.pool = new Pool({ size: this.#size, staticBand: staticBand(this.#size, 16, 256), clock });
  }

  get text(): string {
    return formatCidr(this.#cidr);
  }

  /** The number of an address in the pool; undefined: not one that can be given. */
  numberOf(address: string): number | undefined {
    const parsed = parseIp(address);
    const index = parsed && indexOfAddress(this.#cidr, parsed);
    if (index === undefined || index < 1n || index > BigInt(this.#size)) return undefined;
    return Number(index) - 1;
  }

  addressOf(number: number): string {
    const address = nthAddress(this.#cidr, number + 1);
    if (!address) throw new RangeError(`${this.text} has no address number ${number + 1}`);
    return formatIp(address);
  }
}

/** Upstream's size of the static band: a part of the range, with bounds. */
export function staticBand(size: number, least: number, most: number): number {
  if (size <= least) return 0;
  const part = least === 16 && most === 128 ? 32 : 16;
  return Math.min(Math.max(least, Math.floor(size / part)), most);
}
