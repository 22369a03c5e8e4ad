import { BlockList, isIP } from 'node:net';
import { node as nodeKind } from '../../api/core/node.ts';
import { service as serviceKind } from '../../api/core/service.ts';
import { endpointSlice } from '../../api/discovery/endpoint-slice.ts';
import type { Node, Pod, Service } from '../../api/schema/generated/types/core-v1.ts';
import { ApiError, badRequest } from '../../api/status.ts';
import type { Registry, RequestContext } from '../contract.ts';
import type { Endpoint } from './node-connection.ts';

/** `[scheme:]name[:port]` of a proxy path. */
export interface ProxyName {
  readonly scheme: 'http' | 'https';
  readonly name: string;
  /** A number or a port's name; '' when not given. */
  readonly port: string;
}

/** Throws ApiError `BadRequest`. */
export function parseProxyName(text: string): ProxyName {
  const parts = text.split(':');
  if (parts.length > 3) throw badRequest(`invalid proxy request ${JSON.stringify(text)}: want [scheme:]name[:port]`);
  const [first = '', second = '', third = ''] = parts;
  if (parts.length < 3) return { scheme: 'http', name: first, port: second };
  if (first !== '' && first !== 'http' && first !== 'https')
    throw badRequest(`invalid proxy request ${JSON.stringify(text)}: the scheme must be http or https`);
  return { scheme: first === 'https' ? 'https' : 'http', name: second, port: third };
}

/** The port on which a node's agent serves, and the address it is reached at. Throws ApiError `ServiceUnavailable`. */
export function agentEndpoint(node: Node): Endpoint {
  const nodeName = node.metadata.name ?? '';
  const addresses = node.status?.addresses ?? [];
  const address = ['InternalIP', 'ExternalIP', 'Hostname']
    .map((type) => addresses.find((candidate) => candidate.type === type))
    .find((candidate) => candidate !== undefined);
  if (!address) throw new ApiError('ServiceUnavailable', `node ${JSON.stringify(nodeName)} has no address yet`);
  return { host: address.address, port: node.status?.daemonEndpoints?.kubeletEndpoint?.Port || 10_250, nodeName };
}

export async function agentOf(registry: Registry, nodeName: string, context: RequestContext): Promise<Endpoint> {
  const entry = await registry.get(nodeKind, { name: nodeName }, context);
  return agentEndpoint(entry.object);
}

/** A pod's own port. Throws ApiError `BadRequest`. */
export function podEndpoint(pod: Pod, port: string): Endpoint {
  const ip = pod.status?.podIP ?? '';
  const name = pod.metadata.name ?? '';
  if (!ip) throw badRequest(`no IP address yet for pod ${JSON.stringify(name)}`);
  checkProxyable(ip);
  const nodeName = pod.spec?.nodeName;
  return { host: ip, port: podPort(pod, port), ...(nodeName && { nodeName }) };
}

function podPort(pod: Pod, port: string): number {
  const ports = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  if (port === '') return ports[0]?.containerPort ?? 80;
  const number = Number(port);
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
  const named = ports.find((candidate) => candidate.name === port);
  if (!named) throw badRequest(`pod ${JSON.stringify(pod.metadata.name)} has no port ${JSON.stringify(port)}`);
  return named.containerPort;
}

/** A ready endpoint of a service. Throws ApiError `ServiceUnavailable` when there is none. */
export async function serviceEndpoint(
  registry: Registry,
  ref: { readonly namespace: string; readonly name: string; readonly port: string },
  context: RequestContext,
): Promise<Endpoint> {
  const { object: service } = await registry.get(serviceKind, ref, context);
  const portName = servicePortName(service, ref.port);
  const { entries } = await registry.list(
    endpointSlice,
    { namespace: ref.namespace, labelSelector: `kubernetes.io/service-name=${ref.name}` },
    context,
  );
  const ready = entries.flatMap(({ object }) => {
    const port = object.ports?.find((candidate) => (candidate.name ?? '') === portName)?.port;
    if (port === undefined || port === null) return [];
    return (object.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses, nodeName }) =>
        addresses.map((host): Endpoint => ({ host, port, ...(nodeName && { nodeName }) })),
      );
  });
  const chosen = ready[Math.floor(Math.random() * ready.length)];
  if (!chosen)
    throw new ApiError('ServiceUnavailable', `no endpoints available for service ${JSON.stringify(ref.name)}`);
  checkProxyable(chosen.host);
  return chosen;
}

function servicePortName(service: Service, port: string): string {
  const ports = service.spec?.ports ?? [];
  const found =
    port === '' ? ports[0] : ports.find((candidate) => candidate.name === port || String(candidate.port) === port);
  if (!found)
    throw new ApiError(
      'ServiceUnavailable',
      `no service port ${JSON.stringify(port)} found for service ${JSON.stringify(service.metadata.name)}`,
    );
  return found.name ?? '';
}

/** What is no global unicast address in Go. A block of IPv4 holds its addresses in IPv6 as well (`::ffff:127.0.0.1`). */
const notProxied = new BlockList();
for (const address of ['0.0.0.0', '255.255.255.255']) notProxied.addAddress(address);
notProxied.addSubnet('127.0.0.0', 8);
notProxied.addSubnet('169.254.0.0', 16);
notProxied.addSubnet('224.0.0.0', 4);
for (const address of ['::', '::1']) notProxied.addAddress(address, 'ipv6');
notProxied.addSubnet('fe80::', 10, 'ipv6');
notProxied.addSubnet('ff00::', 8, 'ipv6');

/** As upstream: the API server's own machine is not reached through objects that users write. Throws ApiError `BadRequest`. */
export function checkProxyable(ip: string): void {
  const version = isIP(ip);
  if (version === 0) throw badRequest(`address not allowed: ${JSON.stringify(ip)} is no IP address`);
  if (notProxied.check(ip, version === 6 ? 'ipv6' : 'ipv4')) throw badRequest(`address not allowed: ${ip}`);
}
