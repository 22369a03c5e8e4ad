import { isDeepStrictEqual } from 'node:util';
import { node } from '../../api/core/node.ts';
import { service } from '../../api/core/service.ts';
import { endpointSlice } from '../../api/discovery/endpoint-slice.ts';
import type { Node } from '../../api/schema/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts';
import { nthAddress, parseCidr } from '../../base/cidr.ts';
import { formatIp } from '../../base/ip.ts';
import type { Client, NewObject } from '../../client/client.ts';
import { type Controller, changesOf, controller, done } from '../../controller-runtime/controller.ts';

const namespace = 'kube-system';
const name = 'kube-dns';
const key = `${namespace}/${name}`;
const labels = { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' };
const sliceLabels = { 'kubernetes.io/service-name': name, 'endpointslice.kubernetes.io/managed-by': 'dns.k3ts.io' };

/**
 * Publishes the cluster's DNS as the Service `kube-system/kube-dns`. Each node answers on its own address of the pods'
 * bridge, and the Service keeps questions on the node, so that a node that is cut off goes on resolving.
 */
export function dnsServiceController(clusterDns: readonly string[]): Controller {
  return controller({
    name: 'dns-service',
    wakesOn: [
      changesOf(node, () => [key]),
      changesOf(service, ({ metadata }) => (metadata.name === name && metadata.namespace === namespace ? [key] : [])),
    ],
    reads: [endpointSlice],
    concurrency: 1,
    async reconcile(_key, { client, signal }) {
      await ensureService(client, clusterDns, signal);
      await ensureSlice(client, signal);
      return done;
    },
  });
}

async function ensureService(client: Client, clusterDns: readonly string[], signal: AbortSignal): Promise<void> {
  if (client.view(service).get(key)) return;
  await client.create(
    service,
    {
      metadata: { name, namespace, labels },
      spec: {
        type: 'ClusterIP',
        clusterIP: clusterDns[0] ?? '',
        clusterIPs: clusterDns,
        internalTrafficPolicy: 'Local',
        ...(clusterDns.length > 1 && { ipFamilyPolicy: 'PreferDualStack' }),
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
          { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        ],
      },
    },
    { signal },
  );
}

async function ensureSlice(client: Client, signal: AbortSignal): Promise<void> {
  const wanted = sliceOf(client.view(node).list());
  const found = client.view(endpointSlice).get(`${namespace}/${wanted.metadata.name}`);
  if (!found) await client.create(endpointSlice, wanted, { signal });
  else if (!isDeepStrictEqual(found.endpoints, wanted.endpoints))
    await client.update(endpointSlice, { ...found, endpoints: wanted.endpoints ?? [] }, { signal });
}

/** One endpoint a node: the first address of its pod range. */
export function sliceOf(nodes: readonly Node[]): NewObject<EndpointSlice> {
  const endpoints = nodes.flatMap(({ metadata, spec }) => {
    const cidr = parseCidr(spec?.podCIDR ?? '');
    const gateway = cidr?.family === 4 ? nthAddress(cidr, 1) : undefined;
    if (!gateway || !metadata.name) return [];
    return [
      {
        addresses: [formatIp(gateway)],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: metadata.name,
      },
    ];
  });
  return {
    metadata: { name: `${name}-k3ts`, namespace, labels: sliceLabels },
    addressType: 'IPv4',
    endpoints: endpoints.sort((a, b) => (a.nodeName < b.nodeName ? -1 : 1)),
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, protocol: 'TCP' },
    ],
  };
}
