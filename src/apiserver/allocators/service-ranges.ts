import { serviceCidr } from '../../api/networking/service-cidr.ts';
import type { ServiceCIDR } from '../../api/schema/generated/types/networking-v1.ts';
import { type Cidr, formatCidr, parseCidr } from '../../base/cidr.ts';
import type { Client, View } from '../../client/client.ts';
import { AddressRange } from './address-range.ts';

/**
 * Where services get their addresses from: what the server was started with, and all ServiceCIDRs that are ready. The
 * families that services may have are those that the server was started with, the preferred one first.
 */
export class ServiceRanges {
  readonly families: readonly ('IPv4' | 'IPv6')[];
  readonly #configured: readonly AddressRange[];
  readonly #view: View<ServiceCIDR>;
  #known: readonly AddressRange[] | undefined;

  constructor(client: Client, cidrs: readonly Cidr[]) {
    this.#configured = cidrs.map((cidr) => new AddressRange(cidr));
    this.families = this.#configured.map(({ family }) => family);
    this.#view = client.view(serviceCidr);
    this.#view.onChange(() => {
      this.#known = undefined;
    });
  }

  async ready(): Promise<void> {
    await this.#view.ready();
  }

  of(family: string): readonly AddressRange[] {
    this.#known ??= this.#read();
    return this.#known.filter((range) => range.family === family);
  }

  #read(): readonly AddressRange[] {
    const ranges = new Map(this.#configured.map((range) => [range.text, range]));
    for (const object of this.#view.list()) {
      if (!isReady(object)) continue;
      for (const cidr of (object.spec?.cidrs ?? []).map(parseCidr)) {
        if (cidr && !ranges.has(formatCidr(cidr))) ranges.set(formatCidr(cidr), new AddressRange(cidr));
      }
    }
    return [...ranges.values()];
  }
}

/** One that nobody has judged yet may be used: its controller may not be running. */
function isReady({ metadata, status }: ServiceCIDR): boolean {
  if (metadata.deletionTimestamp) return false;
  const ready = (status?.conditions ?? []).find(({ type }) => type === 'Ready');
  return ready === undefined || ready.status === 'True';
}
