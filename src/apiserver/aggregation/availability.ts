/** Whether a Service can answer for an APIService, as far as objects tell. Pure; reasons and messages are upstream's. */
import type { ServiceReference } from '../../api/schema/generated/types/apiregistration-v1.ts';
import type { Service } from '../../api/schema/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts';
import type { Availability } from './conditions.ts';

/** Undefined: nothing speaks against it; whether it answers is to be tried. */
export function obstacle(
  reference: ServiceReference,
  service: Service | undefined,
  slices: readonly EndpointSlice[],
): Availability | undefined {
  const { name = '', namespace = '', port = 443 } = reference;
  const place = `service/${name} in "${namespace}"`;
  const not = (reason: string, message: string): Availability => ({ status: 'False', reason, message });
  if (!service) return not('ServiceNotFound', `${place} is not present`);
  if ((service.spec?.type ?? 'ClusterIP') !== 'ClusterIP') return undefined;
  const found = service.spec?.ports?.find((candidate) => candidate.port === port);
  if (!found) return not('ServicePortError', `${place} is not listening on port ${port}`);
  if (slices.length === 0) return not('EndpointsNotFound', `cannot find endpointslices for ${place}`);
  const portName = found.name ?? '';
  const isActive = slices.some(
    ({ endpoints, ports }) =>
      ports?.some((one) => (one.name ?? '') === portName) &&
      endpoints?.some(({ addresses, conditions }) => addresses.length > 0 && conditions?.ready !== false),
  );
  return isActive
    ? undefined
    : not(
        'MissingEndpoints',
        `endpointslices for ${place} have no addresses with port name ${JSON.stringify(portName)}`,
      );
}

export const passed: Availability = { status: 'True', reason: 'Passed', message: 'all checks passed' };

export function failedDiscovery(message: string): Availability {
  return { status: 'False', reason: 'FailedDiscoveryCheck', message };
}
