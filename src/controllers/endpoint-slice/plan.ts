import type { Draft } from '../../api/object.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts';
import type { NewObject } from '../../client/client.ts';
import { canonicalJson } from '../shared/hash.ts';
import { sameValue } from '../shared/status.ts';

export type AddressType = 'IPv4' | 'IPv6';

/** Endpoints that share an address family and port numbers. */
export interface EndpointGroup {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';

/** Endpoints in one slice, as upstream's default. */
const maxEndpointsPerSlice = 100;

export type SliceMetadata = Pick<
  EndpointSlice['metadata'],
  'namespace' | 'generateName' | 'labels' | 'annotations' | 'ownerReferences'
>;

export interface SlicePlan {
  readonly create: readonly NewObject<EndpointSlice>[];
  readonly update: readonly EndpointSlice[];
  readonly delete: readonly EndpointSlice[];
}

/**
 * The fewest writes that bring the slices to the wanted endpoints: an endpoint stays in the slice where it is, new ones
 * go where there is room, first into slices that are written anyway; slices that lost all endpoints go.
 */
export function planSlices(
  groups: readonly EndpointGroup[],
  existing: readonly EndpointSlice[],
  metadata: SliceMetadata,
): SlicePlan {
  const create: NewObject<EndpointSlice>[] = [];
  const update: EndpointSlice[] = [];
  const left = new Set(existing.filter((slice) => !slice.metadata.deletionTimestamp));
  for (const group of groups) {
    const key = groupKey(group);
    const slices = [...left].filter((slice) => groupKey(slice) === key);
    for (const slice of slices) left.delete(slice);
    const filled = fill(group.endpoints, slices);
    // A service without endpoints keeps one empty slice, so that it can be told from one that was never looked at.
    const nonEmpty = filled.filter(({ endpoints }) => endpoints.length > 0);
    const wanted = nonEmpty.length > 0 ? nonEmpty : filled.slice(0, 1);
    if (wanted.length === 0) wanted.push({ slice: undefined, endpoints: [] });
    for (const entry of filled) if (entry.slice && !wanted.includes(entry)) left.add(entry.slice);
    for (const { slice, endpoints } of wanted) {
      if (!slice) create.push({ metadata, addressType: group.addressType, ports: group.ports, endpoints });
      else if (!sameValue(slice.endpoints ?? [], endpoints) || !hasMetadata(slice, metadata))
        update.push({ ...slice, metadata: withMetadata(slice, metadata), endpoints });
    }
  }
  return { create, update, delete: [...left] };
}

interface Filled {
  readonly slice: EndpointSlice | undefined;
  readonly endpoints: readonly Endpoint[];
}

function fill(wanted: readonly Endpoint[], slices: readonly EndpointSlice[]): Filled[] {
  const open = new Map(wanted.map((endpoint) => [endpointKey(endpoint), endpoint]));
  const filled = slices.map((slice) => {
    const endpoints: Endpoint[] = [];
    for (const endpoint of slice.endpoints ?? []) {
      const key = endpointKey(endpoint);
      const now = open.get(key);
      if (!now || !open.delete(key)) continue;
      endpoints.push(now);
    }
    return {
      slice: slice as EndpointSlice | undefined,
      endpoints,
      isWritten: !sameValue(slice.endpoints ?? [], endpoints),
    };
  });
  const rest = [...open.values()];
  const room = [...filled].sort(
    (a, b) => Number(b.isWritten) - Number(a.isWritten) || b.endpoints.length - a.endpoints.length,
  );
  for (const entry of room) entry.endpoints.push(...rest.splice(0, maxEndpointsPerSlice - entry.endpoints.length));
  while (rest.length > 0)
    filled.push({ slice: undefined, endpoints: rest.splice(0, maxEndpointsPerSlice), isWritten: true });
  return filled;
}

function endpointKey({ addresses, targetRef }: Endpoint): string {
  return `${addresses.join(',')}|${targetRef?.uid ?? ''}`;
}

function groupKey({ addressType, ports }: Pick<EndpointSlice, 'addressType' | 'ports'>): string {
  const list = (ports ?? []).map(({ name = '', port, protocol = 'TCP', appProtocol }) =>
    canonicalJson({ name, port, protocol, appProtocol }),
  );
  return `${addressType}|${list.sort().join('|')}`;
}

function hasMetadata({ metadata }: EndpointSlice, wanted: SliceMetadata): boolean {
  return (
    sameValue(metadata.labels ?? {}, wanted.labels ?? {}) &&
    sameValue(metadata.annotations ?? {}, wanted.annotations ?? {}) &&
    sameValue(metadata.ownerReferences ?? [], wanted.ownerReferences ?? [])
  );
}

function withMetadata({ metadata }: EndpointSlice, wanted: SliceMetadata): Draft<EndpointSlice['metadata']> {
  const { labels, annotations, ownerReferences } = wanted;
  return { ...metadata, labels, annotations, ownerReferences } as Draft<EndpointSlice['metadata']>;
}
