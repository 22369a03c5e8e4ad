import type { Input } from '../runtime/codec.ts';
import type { DNSConfig } from '../runtime/generated/cri.ts';
import type { Pod } from './types.ts';

/** What a resolv.conf says. */
export interface ResolverConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface ClusterResolver {
  readonly dns: readonly string[];
  readonly domain: string;
  readonly host: ResolverConfig;
}

const clusterOptions = ['ndots:5'];

/** A pod's resolv.conf. Source: "DNS for Services and Pods", section on the pod's DNS policy. */
export function podResolver(pod: Pod, { dns, domain, host }: ClusterResolver): Input<DNSConfig> {
  const { dnsPolicy = 'ClusterFirst', hostNetwork, dnsConfig } = pod.spec ?? {};
  const cluster =
    dns.length > 0 && (dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork));
  const namespace = pod.metadata.namespace ?? 'default';
  const base: ResolverConfig =
    dnsPolicy === 'None'
      ? { servers: [], searches: [], options: [] }
      : cluster
        ? {
            servers: dns,
            searches: [`${namespace}.svc.${domain}`, `svc.${domain}`, domain, ...host.searches],
            options: clusterOptions,
          }
        : host;
  const options = new Map(base.options.map((option) => [option.split(':')[0] ?? '', option]));
  for (const { name = '', value } of dnsConfig?.options ?? [])
    options.set(name, value === undefined ? name : `${name}:${value}`);
  return {
    servers: unique([...base.servers, ...(dnsConfig?.nameservers ?? [])]),
    searches: unique([...base.searches, ...(dnsConfig?.searches ?? [])]),
    options: [...options.values()],
  };
}

function unique(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}

export function parseResolvConf(text: string): ResolverConfig {
  const servers: string[] = [];
  let searches: readonly string[] = [];
  let options: readonly string[] = [];
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'nameserver' && rest[0]) servers.push(rest[0]);
    if (word === 'search') searches = rest.map((domain) => (domain === '.' ? domain : domain.replace(/\.$/, '')));
    if (word === 'options') options = rest;
  }
  return { servers, searches, options };
}

/** Servers that a pod cannot reach by the host's address of them: loopback, link-local, multicast. */
export function usableServer(address: string): boolean {
  return !/^(127\.|169\.254\.|22[4-9]\.|23\d\.|::1$|fe[89ab][0-9a-f]:|ff)/i.test(address);
}

/** The servers K3s falls back to when the host's own cannot be used in pods. */
export const fallbackResolver: ResolverConfig = {
  servers: ['8.8.8.8', '2001:4860:4860::8888'],
  searches: [],
  options: [],
};

/** The first of these files whose servers can all be used from a pod; otherwise the fallback. K3s's rules. */
export function chooseHostResolver(files: readonly (string | undefined)[]): ResolverConfig {
  for (const text of files) {
    if (text === undefined) continue;
    const config = parseResolvConf(text);
    if (config.servers.length > 0 && config.servers.every(usableServer)) return config;
  }
  return fallbackResolver;
}
