import type { Answer, Question, SrvAnswer, StringAnswer, TxtAnswer } from 'dns-packet';
import type { Node, Service } from '../../api/schema/generated/types/core-v1.ts';
import type { Endpoint, EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts';
import { reverseName } from './names.ts';

/**
 * The cluster's names, as the Kubernetes DNS specification 1.1.0 defines them
 * (github.com/kubernetes/dns/blob/master/docs/specification.md). Pure: from a question and lookups to records.
 */
export interface ClusterNames {
  /** `cluster.local`, in lower case. */
  readonly domain: string;
  service(namespace: string, name: string): Service | undefined;
  slices(namespace: string, name: string): readonly EndpointSlice[];
  hasNamespace(name: string): boolean;
  /** Services that have this cluster IP. */
  servicesByAddress(address: string): readonly Service[];
  /** Slices that hold this endpoint address. */
  slicesByAddress(address: string): readonly EndpointSlice[];
  node(name: string): Node | undefined;
  /** Whether an address belongs to the cluster's pods or services: its reverse name is ours to answer. */
  ownsAddress(address: string): boolean;
}

export interface Resolution {
  readonly rcode: 'NOERROR' | 'NXDOMAIN';
  readonly answers: readonly Answer[];
  readonly additionals: readonly Answer[];
}

const ttl = 5;
const nodeTtl = 60;
const nothing: Resolution = { rcode: 'NXDOMAIN', answers: [], additionals: [] };
const noData: Resolution = { rcode: 'NOERROR', answers: [], additionals: [] };

/** What the cluster says to a question; undefined: not the cluster's name. */
export function resolveClusterName(question: Question, names: ClusterNames): Resolution | undefined {
  const name = question.name.toLowerCase();
  const { domain } = names;
  if (name === domain || name.endsWith(`.${domain}`)) {
    const labels = name === domain ? [] : name.slice(0, -domain.length - 1).split('.');
    return inZone(labels, question, names);
  }
  const address = reverseName(name);
  if (address) return names.ownsAddress(address) ? pointers(address, question, names) : undefined;
  const node = name.includes('.') ? undefined : names.node(name);
  return node ? nodeAddresses(node, question) : undefined;
}

/** The zone's SOA, which negative answers carry (RFC 2308). */
export function startOfAuthority(domain: string, serial: number): Answer {
  return {
    type: 'SOA',
    name: domain,
    ttl,
    data: {
      mname: `ns.dns.${domain}`,
      rname: `hostmaster.${domain}`,
      serial,
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: ttl,
    },
  };
}

function inZone(labels: readonly string[], question: Question, names: ClusterNames): Resolution {
  const last = labels.at(-1);
  if (last === undefined) return noData;
  if (labels.length === 1 && last === 'dns-version') return found(question, [txt(question.name, '1.1.0')]);
  if (last === 'pod') return pod(labels.slice(0, -1), question, names);
  if (last !== 'svc') return nothing;
  const [namespace, service, ...front] = labels.slice(0, -1).reverse();
  if (namespace === undefined) return noData;
  if (!names.hasNamespace(namespace)) return nothing;
  if (service === undefined) return noData;
  const object = names.service(namespace, service);
  if (!object) return nothing;
  return inService(object, front.reverse(), question, names);
}

/** `10-42-0-5.default.pod.cluster.local`: the address that stands in the name. */
function pod(labels: readonly string[], question: Question, names: ClusterNames): Resolution {
  const [dashed, namespace, ...rest] = labels;
  if (rest.length > 0) return nothing;
  if (dashed === undefined) return noData;
  if (namespace === undefined) return names.hasNamespace(dashed) ? noData : nothing;
  if (!names.hasNamespace(namespace)) return nothing;
  const address = /^\d+-\d+-\d+-\d+$/.test(dashed) ? dashed.replaceAll('-', '.') : dashed.replaceAll('-', ':');
  const record = address.includes(':') ? aaaa(question.name, address) : a(question.name, address);
  return isAddress(address) ? found(question, [record]) : nothing;
}

function isAddress(text: string): boolean {
  if (text.includes(':')) return /^[0-9a-f:]+$/.test(text) && text.split(':').length <= 8 && text.length > 2;
  return text.split('.').every((part) => Number(part) <= 255);
}

function inService(service: Service, front: readonly string[], question: Question, names: ClusterNames): Resolution {
  const { spec, metadata } = service;
  const { namespace = '', name = '' } = metadata;
  const own = `${name}.${namespace}.svc.${names.domain}`;
  if (spec?.type === 'ExternalName') {
    if (front.length > 0) return nothing;
    return { ...noData, answers: [cname(question.name, spec.externalName ?? '')] };
  }
  const isHeadless = spec?.clusterIP === 'None';
  const endpoints = isHeadless
    ? endpointsOf(names.slices(namespace, name), spec?.publishNotReadyAddresses ?? false)
    : [];

  if (front.length === 0) {
    const addresses = isHeadless ? endpoints.flatMap(({ addresses }) => addresses) : (spec?.clusterIPs ?? []);
    // A headless Service without endpoints has no name, as in upstream's DNS.
    if (isHeadless && addresses.length === 0) return nothing;
    return found(question, addressRecords(question.name, addresses));
  }
  const [first = '', second = ''] = front;
  if (front.length === 2 && first.startsWith('_') && second.startsWith('_'))
    return serviceRecords(service, first.slice(1), second.slice(1), { own, endpoints, question });
  if (front.length === 1 && isHeadless) {
    const addresses = endpoints.filter(({ host }) => host === first).flatMap(({ addresses }) => addresses);
    return addresses.length > 0 ? found(question, addressRecords(question.name, addresses)) : nothing;
  }
  return nothing;
}

interface NamedEndpoint {
  readonly host: string;
  readonly addresses: readonly string[];
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly port: number }[];
}

function endpointsOf(slices: readonly EndpointSlice[], notReadyToo: boolean): readonly NamedEndpoint[] {
  return slices.flatMap((slice) =>
    (slice.endpoints ?? [])
      .filter(({ conditions }) => notReadyToo || (conditions?.ready ?? true))
      .map((endpoint) => ({
        host: hostOf(endpoint),
        addresses: endpoint.addresses,
        ports: (slice.ports ?? []).map(({ name = '', protocol = 'TCP', port = 0 }) => ({
          name,
          protocol: protocol.toLowerCase(),
          port,
        })),
      })),
  );
}

/** The endpoint's hostname, or its address with dashes. */
function hostOf({ hostname, addresses }: Endpoint): string {
  return hostname?.toLowerCase() || (addresses[0] ?? '').replaceAll(/[.:]/g, '-');
}

function serviceRecords(
  service: Service,
  portName: string,
  protocol: string,
  {
    own,
    endpoints,
    question,
  }: { readonly own: string; readonly endpoints: readonly NamedEndpoint[]; readonly question: Question },
): Resolution {
  const matches = (port: { readonly name: string; readonly protocol: string }) =>
    port.name.toLowerCase() === portName && port.protocol === protocol;
  const targets =
    service.spec?.clusterIP === 'None'
      ? endpoints.flatMap(({ host, addresses, ports }) =>
          ports.filter(matches).map(({ port }) => ({ target: `${host}.${own}`, addresses, port })),
        )
      : (service.spec?.ports ?? [])
          .map(({ name = '', protocol: spoken = 'TCP', port }) => ({ name, protocol: spoken.toLowerCase(), port }))
          .filter(matches)
          .map(({ port }) => ({ target: own, addresses: service.spec?.clusterIPs ?? [], port }));
  if (targets.length === 0) return nothing;
  const weight = Math.max(1, Math.floor(100 / targets.length));
  const answers = targets.map(
    ({ target, port }): SrvAnswer => ({
      type: 'SRV',
      name: question.name,
      ttl,
      data: { port, priority: 0, weight, target },
    }),
  );
  return {
    ...found(question, answers),
    additionals: targets.flatMap(({ target, addresses }) => addressRecords(target, addresses)),
  };
}

function pointers(address: string, question: Question, names: ClusterNames): Resolution {
  const targets = new Set<string>();
  for (const { metadata } of names.servicesByAddress(address))
    targets.add(`${metadata.name}.${metadata.namespace}.svc.${names.domain}`);
  for (const { metadata, endpoints = [] } of names.slicesByAddress(address)) {
    const service = metadata.labels?.['kubernetes.io/service-name'];
    const endpoint = endpoints.find(({ addresses }) => addresses.includes(address));
    if (service && endpoint) targets.add(`${hostOf(endpoint)}.${service}.${metadata.namespace}.svc.${names.domain}`);
  }
  if (targets.size === 0) return nothing;
  return found(
    question,
    [...targets].map((data): StringAnswer => ({ type: 'PTR', name: question.name, ttl, data })),
  );
}

function nodeAddresses(node: Node, question: Question): Resolution {
  const addresses = (node.status?.addresses ?? [])
    .filter(({ type }) => type === 'InternalIP')
    .map(({ address }) => address);
  return found(
    question,
    addressRecords(question.name, addresses).map((record) => ({ ...record, ttl: nodeTtl }) as Answer),
  );
}

/** Of `records` those that were asked for; the name exists, so the answer is never NXDOMAIN. */
function found(question: Question, records: readonly Answer[]): Resolution {
  return {
    ...noData,
    answers: records.filter(({ type }) => (question.type as string) === 'ANY' || type === question.type),
  };
}

function addressRecords(name: string, addresses: readonly string[]): readonly Answer[] {
  return addresses.map((address) => (address.includes(':') ? aaaa(name, address) : a(name, address)));
}

const a = (name: string, data: string): StringAnswer => ({ type: 'A', name, ttl, data });
const aaaa = (name: string, data: string): StringAnswer => ({ type: 'AAAA', name, ttl, data });
const cname = (name: string, data: string): StringAnswer => ({
  type: 'CNAME',
  name,
  ttl,
  data: data.replace(/\.$/, ''),
});
const txt = (name: string, data: string): TxtAnswer => ({ type: 'TXT', name, ttl, data: [data] });
