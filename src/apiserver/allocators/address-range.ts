import { type Cidr, cidrSize, formatCidr, indexOfAddress, nthAddress } from '../../base/cidr.ts';
import { formatIp, parseIp } from '../../base/ip.ts';
import { addressBand, pickNumber } from './bands.ts';

/** Larger blocks are used up to here; nobody has a million services. */
const mostAddresses = 2 ** 20;

/** The addresses of one service CIDR. The block's first address names the network and, for IPv4, its last one everybody. */
export class AddressRange {
  readonly family: 'IPv4' | 'IPv6';
  readonly text: string;
  readonly #cidr: Cidr;
  readonly #size: number;

  constructor(cidr: Cidr) {
    this.#cidr = cidr;
    this.text = formatCidr(cidr);
    this.family = cidr.family === 4 ? 'IPv4' : 'IPv6';
    const usable = cidrSize(cidr) - (cidr.family === 4 ? 2n : 1n);
    this.#size = Number(usable > BigInt(mostAddresses) ? BigInt(mostAddresses) : usable);
  }

  /** Whether a service may have this address. */
  contains(address: string): boolean {
    const parsed = parseIp(address);
    const index = parsed && indexOfAddress(this.#cidr, parsed);
    return index !== undefined && index >= 1n && index <= BigInt(this.#size);
  }

  /** Any address that is free, the static band last; undefined: none is. */
  pick(isFree: (address: string) => boolean): string | undefined {
    const bands = { size: this.#size, staticBand: addressBand(this.#size) };
    const number = pickNumber(bands, (candidate) => isFree(this.#nth(candidate)));
    return number === undefined ? undefined : this.#nth(number);
  }

  #nth(number: number): string {
    const address = nthAddress(this.#cidr, number + 1);
    if (!address) throw new RangeError(`${this.text} has no address number ${number + 1}`);
    return formatIp(address);
  }
}
