import type { Service, ServiceSpec } from '../../api/schema/generated/types/core-v1.ts';
import type { Endpoint, EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts';

/** A Service on port 80, as the API would show it; `clusterIP` decides where. */
export function testService(name: string, spec: Partial<ServiceSpec> & { readonly clusterIP: string }): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: {
      type: 'ClusterIP',
      clusterIPs: [spec.clusterIP],
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
      ...spec,
    },
  };
}

/** The endpoints of a Service on port 8080. */
export function testSlice(name: string, endpoints: readonly Endpoint[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-1`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints,
  };
}

/** A ready endpoint on this node (`n1`), or, with `other`, on another. */
export function testEndpoint(address: string, more: Partial<Endpoint> = {}): Endpoint {
  return { addresses: [address], nodeName: 'n1', conditions: { ready: true, serving: true }, ...more };
}
