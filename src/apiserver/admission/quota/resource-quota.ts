import {
  addUsage,
  growthOf,
  inQuotaScopes,
  mayUse,
  type QuotaUsage,
  quotaUsage,
} from '../../../api/core/quota-usage.ts';
import { resourceQuota as resourceQuotaKind } from '../../../api/core/resource-quota.ts';
import type { Kind } from '../../../api/kind.ts';
import { type KubeObject, keyOf } from '../../../api/object.ts';
import { addQuantities, compareQuantities, parseQuantity, type Quantity } from '../../../api/quantity/quantity.ts';
import type { Pod, ResourceQuota } from '../../../api/schema/generated/types/core-v1.ts';
import { forbidden } from '../../../api/status.ts';
import type { Client, View } from '../../../client/client.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../contract.ts';
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
 * Nothing takes a namespace beyond its quotas. Use is counted from what is stored, which is never behind in this
 * process, and from reservations of the writes between this check and the store's answer; so two writes at once cannot
 * both take the last place. The status of a quota is the controller's to show.
 */
export function resourceQuota({ client, kinds }: ResourceQuotaOptions): AdmissionPlugin {
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

  return {
    name: 'ResourceQuota',
    handles: (request) => concerns(request) && quotas.list(request.ref.namespace).length > 0,
    async validate(request, object) {
      if (!object) return;
      const { kind, old, ref } = request;
      const { namespace = '' } = ref;
      await openViews(quotas.list(namespace));
      // From here to the reservation nothing waits.
      const usage = measured(kind, object);
      const growth = growthOf(usage, old && quotaUsage(kind, old));
      for (const quota of quotas.list(namespace)) {
        if (!inQuotaScopes(quota, kind, object)) continue;
        const { name = '' } = quota.metadata;
        const hard = quota.spec?.hard ?? {};
        const missing = kind.plural === 'pods' ? missingAmounts(Object.keys(hard), object as Pod) : undefined;
        if (missing) throw forbidden(kind, ref.name, `failed quota: ${name}: ${missing}`);
        const asked = [...growth].filter(([resource]) => resource in hard);
        if (asked.length === 0) continue;
        const used = usedOf(quota, namespace);
        const exceeded = asked.filter(([resource, more]) => {
          const sum = addQuantities(used.get(resource) ?? parseQuantity('0'), more);
          return compareQuantities(sum, hard[resource] ?? '0') > 0;
        });
        if (exceeded.length > 0) throw forbidden(kind, ref.name, exceededText(name, exceeded, { used, hard }));
      }
      if (!request.dryRun && growth.size > 0) reservations.set(request, { namespace, kind, object, growth });
    },
    settled: (request) => void reservations.delete(request),
  };
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
  return (
    kind.scope === 'Namespaced' &&
    !kind.review &&
    !kind.storedAs &&
    kind.kind !== 'Event' &&
    kind.verbs.includes('watch')
  );
}

/** Whether the views show what was written: the object itself, or its successor. */
function isStored(client: Client, kind: Kind, object: KubeObject): boolean {
  const found = client.view(kind).get(keyOf(object));
  if (!found || found.metadata.uid !== object.metadata.uid) return false;
  const { resourceVersion } = object.metadata;
  return resourceVersion === undefined || found.metadata.resourceVersion !== resourceVersion;
}
