import {
  addUsage,
  growthOf,
  inQuotaScopes,
  mayUse,
  type QuotaUsage,
  quotaUsage,
} from '../../../api/core/quota-usage.ts';
import { resourceQuota as resourceQuotaKind } from '../../../api/core/resource-quota.ts';
import { type Kind, storedKinds } from '../../../api/kind.ts';
import { type KubeObject, keyOf } from '../../../api/object.ts';
import { addQuantities, compareQuantities, parseQuantity, type Quantity } from '../../../api/quantity/quantity.ts';
import type { Pod, ResourceQuota } from '../../../api/schema/generated/types/core-v1.ts';
import { forbidden } from '../../../api/status.ts';
import type { Client, View } from '../../../client/client.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../contract.ts';
import { sameJson } from '../../registry/json.ts';
import { missingAmounts } from './requirements.ts';
import { exceededText } from './text.ts';

export interface ResourceQuotaOptions {
  readonly client: Client;
  /** What objects there may be; those that quotas count are looked at. */
  readonly kinds: () => readonly Kind[];
}

/** What a write that is under way will use once it has been stored. */
interface Reservation {
  readonly namespace: string;
  readonly kind: Kind;
  readonly object: KubeObject;
  readonly growth: QuotaUsage;
}

/**
 * What a quota's use cannot be above: counted once, then grown by everything that was let in. What went since is not
 * taken off, so it only ever says too early that there is no room; then it is counted again.
 */
interface UpperBound {
  readonly spec: ResourceQuota['spec'];
  readonly used: Map<string, Quantity>;
  /** Requests until it is counted again in any case. */
  left: number;
}

const requestsPerCount = 1000;

/**
 * Nothing takes a namespace beyond its quotas. Use is counted from what is stored, which is never behind in this
 * process, and from reservations of the writes between this check and the store's answer; so two writes at once cannot
 * both take the last place. The status of a quota is the controller's to show.
 */
export function resourceQuota({ client, kinds: served }: ResourceQuotaOptions): AdmissionPlugin {
  const kinds = () => storedKinds(served());
  const quotas: View<ResourceQuota> = client.view(resourceQuotaKind);
  const reservations = new Map<AdmissionRequest, Reservation>();

  const open = new Set<Kind>();
  /** A view shows nothing before it is ready. */
  const openViews = async (some: readonly ResourceQuota[]) => {
    for (const kind of kinds()) {
      if (open.has(kind) || !isCounted(kind) || !some.some((quota) => mayUse(quota, kind))) continue;
      await client.view(kind).ready();
      open.add(kind);
    }
  };

  const usedOf = (quota: ResourceQuota, namespace: string): Map<string, Quantity> => {
    const used = new Map<string, Quantity>();
    for (const kind of kinds()) {
      if (!isCounted(kind) || !mayUse(quota, kind)) continue;
      for (const object of client.view(kind).list(namespace))
        if (inQuotaScopes(quota, kind, object)) addUsage(used, quotaUsage(kind, object));
    }
    for (const { kind, object, ...reserved } of reservations.values())
      if (reserved.namespace === namespace && inQuotaScopes(quota, kind, object) && !isStored(client, kind, object))
        addUsage(used, reserved.growth);
    return used;
  };

  const bounds = new Map<string, UpperBound>();
  const count = (quota: ResourceQuota, namespace: string): UpperBound => {
    if (bounds.size > quotas.list().length) bounds.clear(); // some of them are gone
    const bound = { spec: quota.spec, used: usedOf(quota, namespace), left: requestsPerCount };
    bounds.set(quota.metadata.uid ?? '', bound);
    return bound;
  };
  /** A bound under which `asked` has room. Throws ApiError `Forbidden`. */
  const roomFor = (quota: ResourceQuota, asked: readonly Amount[], { kind, ref }: AdmissionRequest): UpperBound => {
    const known = bounds.get(quota.metadata.uid ?? '');
    if (known && known.left-- > 0 && sameJson(known.spec, quota.spec) && exceededBy(asked, known).length === 0)
      return known;
    const counted = count(quota, ref.namespace ?? '');
    const exceeded = exceededBy(asked, counted);
    if (exceeded.length === 0) return counted;
    const hard = quota.spec?.hard ?? {};
    throw forbidden(kind, ref.name, exceededText(quota.metadata.name ?? '', exceeded, { used: counted.used, hard }));
  };

  return {
    name: 'ResourceQuota',
    handles: (request) => concerns(request) && quotas.list(request.ref.namespace).length > 0,
    async validate(request, object) {
      if (!object) return;
      const { old, ref } = request;
      // Of every version of a kind the same is counted: what is stored.
      const [kind = request.kind] = storedKinds([request.kind]);
      const { namespace = '' } = ref;
      await openViews(quotas.list(namespace));
      // From here to the reservation nothing waits.
      const usage = measured(kind, object);
      const growth = growthOf(usage, old && quotaUsage(kind, old));
      const taken: UpperBound[] = [];
      for (const quota of quotas.list(namespace)) {
        if (!inQuotaScopes(quota, kind, object)) continue;
        const { name = '' } = quota.metadata;
        const hard = quota.spec?.hard ?? {};
        const missing = kind.plural === 'pods' ? missingAmounts(Object.keys(hard), object as Pod) : undefined;
        if (missing) throw forbidden(kind, ref.name, `failed quota: ${name}: ${missing}`);
        const asked = [...growth].filter(([resource]) => Object.hasOwn(hard, resource));
        if (asked.length > 0) taken.push(roomFor(quota, asked, request));
      }
      if (request.dryRun || growth.size === 0) return;
      for (const { used } of taken) addUsage(used, growth);
      reservations.set(request, { namespace, kind, object, growth });
    },
    settled: (request) => void reservations.delete(request),
  };
}

type Amount = readonly [resource: string, amount: Quantity];

function exceededBy(asked: readonly Amount[], { spec, used }: UpperBound): readonly Amount[] {
  return asked.filter(([resource, more]) => {
    const sum = addQuantities(used.get(resource) ?? parseQuantity('0'), more);
    return compareQuantities(sum, spec?.hard?.[resource] ?? '0') > 0;
  });
}

/** Objects that are being written may still change: nothing of them is remembered. */
function measured(kind: Kind, object: KubeObject): QuotaUsage {
  return quotaUsage(kind, { ...object });
}

/** Updates matter where they can ask for more; of subresources, only a pod's new size does. */
function concerns({ kind, operation, subresource, ref }: AdmissionRequest): boolean {
  if (ref.namespace === undefined || kind.scope !== 'Namespaced') return false;
  if (operation === 'CREATE') return subresource === '' && isCounted(kind);
  if (operation !== 'UPDATE' || kind.group !== '') return false;
  if (kind.plural === 'pods') return subresource === 'resize';
  return subresource === '' && (kind.plural === 'services' || kind.plural === 'persistentvolumeclaims');
}

/** Events are never limited. */
function isCounted(kind: Kind): boolean {
  return kind.scope === 'Namespaced' && !kind.review && kind.kind !== 'Event' && kind.verbs.includes('watch');
}

/** Whether the views show what was written: the object itself, or its successor. */
function isStored(client: Client, kind: Kind, object: KubeObject): boolean {
  const found = client.view(kind).get(keyOf(object));
  if (!found || found.metadata.uid !== object.metadata.uid) return false;
  const { resourceVersion } = object.metadata;
  return resourceVersion === undefined || found.metadata.resourceVersion !== resourceVersion;
}
