import { lease as leaseKind } from '../../api/coordination/lease.ts';
import { formatMicroTime } from '../../api/object.ts';
import type { Lease } from '../../api/schema/generated/types/coordination-v1.ts';
import type { Node } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import { type Clock, pause } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';

const namespace = 'kube-node-lease';
const renewEveryMs = 10_000;
const retryMs = 1_000;
const durationSeconds = 40;

/** Says every ten seconds that this node is alive, until the signal aborts. */
export async function keepLease(options: {
  readonly client: Client;
  readonly node: () => Node | undefined;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { client, node, nodeName, clock, log, signal } = options;
  let held: Lease | undefined;
  while (!signal.aborted) {
    let waitMs = renewEveryMs;
    try {
      held = await renew(held);
    } catch (error) {
      if (signal.aborted) return;
      held = undefined;
      waitMs = retryMs;
      log.warn('cannot renew the lease of the node', { error });
    }
    await pause(clock, waitMs, signal);
  }

  async function renew(known: Lease | undefined): Promise<Lease> {
    const spec = {
      holderIdentity: nodeName,
      leaseDurationSeconds: durationSeconds,
      renewTime: formatMicroTime(clock.now()),
    };
    const current = known ?? (await find());
    if (current) return client.update(leaseKind, { ...current, spec: { ...current.spec, ...spec } }, { signal });
    const owner = node();
    const ownerReferences = owner
      ? [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: owner.metadata.uid ?? '' }]
      : [];
    return client.create(leaseKind, { metadata: { name: nodeName, namespace, ownerReferences }, spec }, { signal });
  }

  async function find(): Promise<Lease | undefined> {
    try {
      return await client.get(leaseKind, { namespace, name: nodeName }, { signal });
    } catch (error) {
      if (isApiError(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}
