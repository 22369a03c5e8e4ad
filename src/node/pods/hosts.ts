import type { Pod } from './types.ts';

/** The name by which a pod knows itself. Source: "DNS for Services and Pods", pod's hostname and subdomain. */
export function podHostname(
  pod: Pod,
  clusterDomain: string,
): { readonly hostname: string; readonly fqdn: string | undefined } {
  const { hostnameOverride, hostname, subdomain, setHostnameAsFQDN } = pod.spec ?? {};
  const short = (hostnameOverride ?? hostname ?? pod.metadata.name ?? '').slice(0, 63).replace(/[-.]+$/, '');
  const fqdn =
    subdomain && !hostnameOverride ? `${short}.${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` : undefined;
  return { hostname: setHostnameAsFQDN && fqdn ? fqdn : short, fqdn };
}

/** /etc/hosts of a pod: its own (from scratch, or the host's with the host's network) and its aliases. */
export function podHosts(
  pod: Pod,
  options: { readonly ips: readonly string[]; readonly clusterDomain: string; readonly hostFile: string },
): string {
  const { hostname, fqdn } = podHostname(pod, options.clusterDomain);
  const aliases = (pod.spec?.hostAliases ?? []).map(({ ip, hostnames }) => `${ip}\t${(hostnames ?? []).join('\t')}\n`);
  const tail = aliases.length > 0 ? `\n# Entries added by HostAliases.\n${aliases.join('')}` : '';
  if (pod.spec?.hostNetwork) return `# Kubernetes-managed hosts file (host network).\n${options.hostFile}${tail}`;
  const own = options.ips.map((ip) => `${ip}\t${fqdn ? `${fqdn}\t` : ''}${hostname.split('.')[0]}\n`);
  return [
    '# Kubernetes-managed hosts file.\n',
    '127.0.0.1\tlocalhost\n',
    '::1\tlocalhost ip6-localhost ip6-loopback\n',
    'fe00::0\tip6-localnet\n',
    'fe00::0\tip6-mcastprefix\n',
    'fe00::1\tip6-allnodes\n',
    'fe00::2\tip6-allrouters\n',
    ...own,
    tail,
  ].join('');
}
