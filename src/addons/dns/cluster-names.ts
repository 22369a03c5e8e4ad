import { namespace } from '../../api/core/namespace.ts';
import { node } from '../../api/core/node.ts';
import { service } from '../../api/core/service.ts';
import { endpointSlice } from '../../api/discovery/endpoint-slice.ts';
import type { Service } from '../../api/schema/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts';
import { type Cidr, cidrContains } from '../../base/cidr.ts';
import { parseIp } from '../../base/ip.ts';
import type { Client, Index } from '../../client/client.ts';
import type { ClusterNames } from './records.ts';

const servicesByClusterIp: Index<Service> = { name: 'cluster-ip', of: ({ spec }) => spec?.clusterIPs ?? [] };
const slicesByService: Index<EndpointSlice> = {
  name: 'service',
  of: ({ metadata }) => {
    const name = metadata.labels?.['kubernetes.io/service-name'];
    return name ? [`${metadata.namespace}/${name}`] : [];
  },
};
const slicesByEndpoint: Index<EndpointSlice> = {
  name: 'endpoint-address',
  of: ({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses),
};

/** The cluster's names as the client's views show them now. */
export function clusterNames(
  client: Client,
  options: { readonly domain: string; readonly cidrs: readonly Cidr[] },
): ClusterNames {
  const services = client.view(service);
  const slices = client.view(endpointSlice);
  const namespaces = client.view(namespace);
  const nodes = client.view(node);
  return {
    domain: options.domain.toLowerCase(),
    service: (ns, name) => services.get(`${ns}/${name}`),
    slices: (ns, name) => slices.by(slicesByService, `${ns}/${name}`),
    hasNamespace: (name) => namespaces.get(name) !== undefined,
    servicesByAddress: (address) => services.by(servicesByClusterIp, address),
    slicesByAddress: (address) => slices.by(slicesByEndpoint, address),
    node: (name) => nodes.get(name),
    ownsAddress: (address) => {
      const ip = parseIp(address);
      return ip !== undefined && options.cidrs.some((cidr) => cidrContains(cidr, ip));
    },
  };
}

/** Resolves when all that names are made of is there. */
export async function namesReady(client: Client, signal: AbortSignal): Promise<void> {
  const views = [client.view(service), client.view(endpointSlice), client.view(namespace), client.view(node)];
  await Promise.all(views.map((view) => view.ready(signal)));
}
