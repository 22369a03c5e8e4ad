import { ipAddress } from '../../api/networking/ip-address.ts';
import { serviceCidr } from '../../api/networking/service-cidr.ts';
import { refOf } from '../../api/object.ts';
import type { ServiceCIDR } from '../../api/schema/generated/types/networking-v1.ts';
import { type Cidr, cidrContains, parseCidr } from '../../base/cidr.ts';
import { parseIp } from '../../base/ip.ts';
import type { Client } from '../../client/client.ts';
import {
  changesOf,
  controller,
  done,
  mayWrite,
  mayWriteStatus,
  type ReconcileContext,
  requeueAfter,
} from '../../controller-runtime/controller.ts';
import { timeMs } from '../shared/pods.ts';
import { setCondition, writeStatus } from '../shared/status.ts';

const finalizer = 'networking.k8s.io/service-cidr-finalizer';

/** How long allocators have to notice that a range is going, before it is gone. Upstream's. */
const farewellMs = 10_000;

const ready = { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' } as const;
const inUse = {
  type: 'Ready',
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
} as const;

/** Keeps a range of service addresses as long as addresses of it are in use and no other range has them (KEP-1880). */
export const serviceCidrController = controller({
  name: 'service-cidrs-controller',
  wakesOn: [
    // A range that comes or goes may decide about those that overlap it.
    changesOf(serviceCidr, (_object, client) => leaving(client)),
    changesOf(serviceCidr),
    changesOf(ipAddress, (_object, client) => leaving(client)),
  ],
  writes: [mayWrite(serviceCidr, 'patch'), mayWriteStatus(serviceCidr)],
  async reconcile(key, context) {
    const { client, now } = context;
    const object = client.view(serviceCidr).get(key);
    if (!object) return done;
    if (!object.metadata.deletionTimestamp) {
      if (!object.metadata.finalizers?.includes(finalizer))
        await setFinalizers(object, [...(object.metadata.finalizers ?? []), finalizer], context);
      else await say(object, ready, context);
      return done;
    }
    if (!object.metadata.finalizers?.includes(finalizer)) return done;
    if (isNeeded(object, client)) {
      await say(object, inUse, context);
      return done;
    }
    const waitMs = (timeMs(object.metadata.deletionTimestamp) ?? 0) + farewellMs - now();
    if (waitMs > 0) return requeueAfter(waitMs);
    const others = object.metadata.finalizers.filter((other) => other !== finalizer);
    await setFinalizers(object, others, context);
    return done;
  },
});

function leaving(client: Client): readonly string[] {
  const ranges = client.view(serviceCidr).list();
  return ranges.flatMap(({ metadata }) => (metadata.deletionTimestamp && metadata.name ? [metadata.name] : []));
}

/** Whether an address of this range is in use that no other range has. */
function isNeeded(object: ServiceCIDR, client: Client): boolean {
  const own = cidrsOf(object);
  const others = client
    .view(serviceCidr)
    .list()
    .filter(({ metadata }) => metadata.name !== object.metadata.name && !metadata.deletionTimestamp)
    .flatMap(cidrsOf);
  return client
    .view(ipAddress)
    .list()
    .some(({ metadata }) => {
      const address = parseIp(metadata.name ?? '');
      const isIn = (cidr: Cidr) => address !== undefined && cidrContains(cidr, address);
      return own.some(isIn) && !others.some(isIn);
    });
}

function cidrsOf({ spec }: ServiceCIDR): readonly Cidr[] {
  return (spec?.cidrs ?? []).flatMap((text) => parseCidr(text) ?? []);
}

async function say(
  object: ServiceCIDR,
  condition: typeof ready | typeof inUse,
  context: ReconcileContext,
): Promise<void> {
  const conditions = setCondition(object.status?.conditions, condition, context.now());
  await writeStatus(context, serviceCidr, object, { conditions });
}

async function setFinalizers(
  { metadata }: ServiceCIDR,
  finalizers: readonly string[],
  { client, signal }: ReconcileContext,
): Promise<void> {
  const body = { metadata: { resourceVersion: metadata.resourceVersion, finalizers } };
  await client.patch(serviceCidr, refOf(metadata.name ?? ''), { type: 'merge', body }, { signal });
}
