import { service } from '../../api/core/service.ts';
import { ipAddress, newAddress, serviceKeyOf } from '../../api/networking/ip-address.ts';
import type { Service } from '../../api/schema/generated/types/core-v1.ts';
import type { IPAddress } from '../../api/schema/generated/types/networking-v1.ts';
import { isApiError } from '../../api/status.ts';
import { familyOf } from '../../base/ip.ts';
import type { Index } from '../../client/client.ts';
import {
  type Controller,
  changesOf,
  controller,
  done,
  mayWrite,
  type ReconcileContext,
  requeueAfter,
} from '../../controller-runtime/controller.ts';
import { soonest, timeMs } from '../shared/pods.ts';

/** An address is claimed before its service is written: younger claims are not leftovers. Upstream's. */
const graceMs = 60_000;
/** How long the allocator has to take back the claims of a service that is gone. */
const releaseMs = 5_000;

const byService: Index<IPAddress> = {
  name: 'service',
  of(object) {
    const key = serviceKeyOf(object);
    return key === undefined ? [] : [key];
  },
};

/**
 * Mends what a crash between two writes leaves: services without a claim on their address (also those that were written
 * before there were claims), and claims of services that are gone or have another address. The allocator itself is in the
 * API server.
 */
export function serviceAddressController(): Controller {
  /** Claims without a service, and since when. */
  const idleSince = new Map<string, number>();
  return controller({
    name: 'ipallocator-repair-controller',
    wakesOn: [changesOf(service), changesOf(ipAddress, byService.of)],
    writes: [mayWrite(ipAddress, 'create', 'delete')],
    async reconcile(key, context) {
      const { client, now } = context;
      const owner = client.view(service).get(key);
      const addresses = (owner?.spec?.clusterIPs ?? []).filter((address) => address !== 'None');
      if (owner) for (const address of addresses) await claim(owner, address, context);
      const claims = client.view(ipAddress).by(byService, key);
      const idle = claims.filter(({ metadata }) => !addresses.includes(metadata.name ?? ''));
      if (idle.length === 0) {
        idleSince.delete(key);
        return done;
      }
      const sinceMs = idleSince.get(key) ?? now();
      idleSince.set(key, sinceMs);
      const waits = idle.map(
        ({ metadata }) => Math.max(sinceMs + releaseMs, (timeMs(metadata.creationTimestamp) ?? 0) + graceMs) - now(),
      );
      for (const [index, object] of idle.entries()) if ((waits[index] ?? 0) <= 0) await drop(object, key, context);
      const nextMs = soonest(waits);
      return nextMs === undefined ? done : requeueAfter(nextMs);
    },
  });
}

async function claim(owner: Service, address: string, { client, events, signal }: ReconcileContext): Promise<void> {
  const { namespace, name } = owner.metadata;
  const found = client.view(ipAddress).get(address);
  if (found) {
    if (serviceKeyOf(found) === `${namespace}/${name}`) return;
    const message = `Cluster IP [${familyOf(address)}]: ${address} was assigned to multiple services; please recreate service`;
    events.record(owner, { type: 'Warning', reason: 'ClusterIPAlreadyAllocated', message });
    return;
  }
  const message = `Cluster IP [${familyOf(address)}]: ${address} is not allocated; repairing`;
  events.record(owner, { type: 'Warning', reason: 'ClusterIPNotAllocated', message });
  try {
    await client.create(ipAddress, newAddress(address, owner), { signal });
  } catch (error) {
    // The allocator, or another server, was faster: its change wakes this key again.
    if (!isApiError(error, 'AlreadyExists')) throw error;
  }
}

async function drop(object: IPAddress, key: string, { client, events, signal }: ReconcileContext): Promise<void> {
  const { name = '', uid } = object.metadata;
  const message = `IPAddress: ${name} for Service ${key} appears to have leaked: cleaning up`;
  events.record(object, { type: 'Warning', reason: 'IPAddressNotAllocated', message });
  try {
    await client.delete(ipAddress, { name }, { signal, ...(uid && { preconditions: { uid } }) });
  } catch (error) {
    if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error;
  }
}
