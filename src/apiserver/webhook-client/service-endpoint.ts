import type { Service } from '../../api/schema/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts';
import type { Index, View } from '../../client/client.ts';
import type { Endpoint } from '../proxy/node-connection.ts';

/** Slices by the service that they belong to. */
export const byService: Index<EndpointSlice> = {
  name: 'service',
  of: ({ metadata }) => {
    const service = metadata.labels?.['kubernetes.io/service-name'];
    return service ? [`${metadata.namespace}/${service}`] : [];
  },
};

/** A ready endpoint behind a service's port. Throws Error, worded as upstream. */
export function readyEndpoint(
  { services, slices }: { readonly services: View<Service>; readonly slices: View<EndpointSlice> },
  { namespace, name, port }: { readonly namespace: string; readonly name: string; readonly port: number },
): Endpoint {
  const service = services.get(`${namespace}/${name}`);
  if (!service) throw new Error(`service ${JSON.stringify(name)} not found`);
  const { type, externalName, ports } = service.spec ?? {};
  if (type === 'ExternalName') return { host: externalName ?? '', port };
  const wanted = ports?.find((one) => one.port === port);
  if (!wanted) throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`);
  const ready = slices.by(byService, `${namespace}/${name}`).flatMap((slice) => {
    const target = slice.ports?.find((one) => (one.name ?? '') === (wanted.name ?? ''))?.port;
    if (target === undefined) return [];
    return (slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses, nodeName }) =>
        addresses.map((host): Endpoint => ({ host, port: target, ...(nodeName && { nodeName }) })),
      );
  });
  const chosen = ready[Math.floor(Math.random() * ready.length)];
  if (!chosen) throw new Error(`no endpoints available for service ${JSON.stringify(name)}`);
  return chosen;
}
