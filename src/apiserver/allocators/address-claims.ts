import { ipAddress, newAddress, serviceKeyOf } from '../../api/networking/ip-address.ts';
import { keyOf } from '../../api/object.ts';
import type { Service } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';

/** For requests that nobody waits for. */
const releaseMs = 30_000;

/**
 * IPAddress objects: the claims of services on their addresses, made before a service is written and removed after it is
 * gone (KEP-1880). The name of an IPAddress is the address, so that the store itself lets only one service have it, whichever server
 * it asks. What a crash leaves behind, the controller `service-address` mends.
 */
export class AddressClaims {
  readonly #client: Client;
  readonly #log: Logger;
  readonly #releasing = new Map<string, Promise<void>>();

  constructor(client: Client, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  async ready(): Promise<void> {
    await this.#client.view(ipAddress).ready();
  }

  /** Whether nobody else has claimed the address for the service with this key. */
  isFreeFor(address: string, serviceKey: string): boolean {
    const claim = this.#client.view(ipAddress).get(address);
    return claim === undefined || serviceKeyOf(claim) === serviceKey;
  }

  /** Resolves when a release of this address that is under way has ended. */
  async released(address: string): Promise<void> {
    await this.#releasing.get(address);
  }

  /** Claims what the service has and has not claimed yet. Returns what it claimed; false: somebody else was faster. */
  async claim(service: Service, signal?: AbortSignal): Promise<readonly string[] | false> {
    const key = keyOf(service);
    const made: string[] = [];
    for (const address of service.spec?.clusterIPs ?? []) {
      if (address === 'None') continue;
      await this.released(address);
      if (this.#client.view(ipAddress).get(address) && this.isFreeFor(address, key)) continue;
      try {
        await this.#client.create(ipAddress, newAddress(address, service), { ...(signal && { signal }) });
        made.push(address);
      } catch (error) {
        this.release(key, made);
        if (isApiError(error, 'AlreadyExists')) return false;
        throw error;
      }
    }
    return made;
  }

  /** Gives back what is claimed for the service with this key, in the background. */
  release(serviceKey: string, addresses: readonly string[]): void {
    for (const address of addresses) {
      const claim = this.#client.view(ipAddress).get(address);
      if (this.#releasing.has(address) || !claim || serviceKeyOf(claim) !== serviceKey) continue;
      // Several servers see that a service is gone: the later one must not take away what another service has claimed since.
      const { uid = '' } = claim.metadata;
      const done = this.#client
        .delete(ipAddress, { name: address }, { preconditions: { uid }, signal: AbortSignal.timeout(releaseMs) })
        .catch((error: unknown) => {
          if (isApiError(error, 'NotFound', 'Conflict')) return;
          this.#log.warn('the address of a service was not given back; it will be later', {
            address,
            error,
          });
        })
        .finally(() => this.#releasing.delete(address));
      this.#releasing.set(address, done);
    }
  }
}
