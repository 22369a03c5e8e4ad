import { endpointSlice } from '../../api/discovery/endpoint-slice.ts';
import { type KubeObject, keyOf, refOf } from '../../api/object.ts';
import type { EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts';
import { isApiError } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import type { Index } from '../../client/client.ts';
import type { ReconcileContext } from '../../controller-runtime/controller.ts';
import { isNamespaceTerminating } from '../shared/pod-control.ts';
import { managedByLabel, type SlicePlan, serviceNameLabel } from './plan.ts';

/** Slices by `manager|namespace/service`. */
export const slicesByService: Index<EndpointSlice> = {
  name: 'endpoint-slices-by-service',
  of: ({ metadata }) => [
    slicesKey(metadata.labels?.[managedByLabel] ?? '', `${metadata.namespace}/${metadata.labels?.[serviceNameLabel]}`),
  ],
};

export function slicesKey(manager: string, serviceKey: string): string {
  return `${manager}|${serviceKey}`;
}

/** The service that a slice of this manager belongs to. */
export function serviceKeyOf(manager: string): (slice: EndpointSlice) => readonly string[] {
  return ({ metadata }) => {
    const name = metadata.labels?.[serviceNameLabel];
    return name && metadata.labels?.[managedByLabel] === manager ? [`${metadata.namespace}/${name}`] : [];
  };
}

/** Makes, changes and removes slices; `about` is what events of failures are about. */
export async function writeSlices(plan: SlicePlan, about: KubeObject, context: ReconcileContext): Promise<void> {
  const { client, signal, events } = context;
  try {
    for (const slice of plan.create) await client.create(endpointSlice, slice, { signal });
    for (const slice of plan.update) await client.update(endpointSlice, slice, { signal });
    await removeSlices(plan.delete, context);
  } catch (error) {
    if (isNamespaceTerminating(error)) return;
    if (!signal.aborted && !isApiError(error, 'Conflict')) {
      const message = `Error updating Endpoint Slices for Service ${keyOf(about)}: ${toError(error).message}`;
      events.record(about, { type: 'Warning', reason: 'FailedToUpdateEndpointSlices', message });
    }
    throw error;
  }
}

export async function removeSlices(
  slices: readonly EndpointSlice[],
  { client, signal }: ReconcileContext,
): Promise<void> {
  for (const slice of slices)
    await client.delete(endpointSlice, refOf(keyOf(slice)), { signal }).catch((error: unknown) => {
      if (!isApiError(error, 'NotFound')) throw error;
    });
}
