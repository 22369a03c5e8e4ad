import { resolve } from 'node:path';
import { isDns1123Subdomain, isWildcardDns1123Subdomain } from '../../api/validation/format.ts';
import { type ApiServerSettings, readApiServerSettings } from '../../apiserver/settings/settings.ts';
import { type IpAddress, parseIp } from '../../base/ip.ts';
import { kubeletPort, type PackagedComponent, packagedComponents, type ServerOptions } from '../../options.ts';
import { type Settings, UsageError } from '../flags/flag.ts';
import { suggestion } from '../flags/nearest.ts';
import { SettingsReader } from '../flags/reader.ts';
import { serverFlags } from './flags.ts';
import { readNetworks } from './networks.ts';
import { readKubeletArgs, readNodeLabels, readNodeName, readNodeTaints } from './node.ts';

/** What the options take from the machine where nothing was given. */
export interface Machine {
  readonly hostname: string;
  /** The addresses of the default routes' interfaces, best first; then any other that is not loopback. */
  readonly addresses: readonly IpAddress[];
  readonly runtimeDir: string;
}

/** K3s's names of the packaged components that have another name here. */
const componentsOfK3s: Readonly<Record<string, PackagedComponent>> = {
  coredns: 'dns',
  traefik: 'ingress',
  servicelb: 'service-lb',
  'local-storage': 'local-path',
  'metrics-server': 'metrics',
};

/** Checks every setting, alone and against the others. Throws UsageError with everything that is wrong. Changes nothing. */
export function serverOptions(settings: Settings, machine: Machine): ServerOptions {
  const reader = new SettingsReader(serverFlags, settings);
  const dataDir = resolve(reader.text('data-dir') ?? '');
  if (dataDir === '/') reader.problem('data-dir', dataDir, 'must be a folder of its own');
  const path = resolve(reader.text('write-kubeconfig') ?? '');
  const mode = reader.one('write-kubeconfig-mode', parseMode, 'must be an octal file mode such as 0600 or 644');
  const bindAddress = reader.one('bind-address', parseIp, 'must be an address of this machine, 0.0.0.0 or ::');
  const networks = readNetworks(reader, machine.addresses);
  const domain = reader.text('cluster-domain') ?? '';
  const [domainComplaint] = isDns1123Subdomain(domain);
  if (domainComplaint) reader.problem('cluster-domain', domain, domainComplaint);
  const token = reader.text('token');
  const logFile = reader.text('log');
  const parts = {
    dataDir,
    runtimeDir: machine.runtimeDir,
    ...readPorts(reader),
    nodeName: readNodeName(reader, machine.hostname),
    nodeLabels: readNodeLabels(reader),
    nodeTaints: readNodeTaints(reader),
    clusterDomain: domain,
    tlsSans: reader.each('tls-san', parseSan, 'must be a host name or an address'),
    disabled: readDisabled(reader),
    disableAgent: reader.switch('disable-agent'),
    nodeSettings: readKubeletArgs(reader),
    apiServerSettings: readApiServerArgs(reader),
    debug: reader.switch('debug'),
    ...(token === undefined ? {} : { token }),
    ...(logFile === undefined ? {} : { logFile: resolve(logFile) }),
  };
  reader.finish();
  if (!networks || mode === undefined || !bindAddress) throw new UsageError(['incomplete settings']); // noted above
  return Object.freeze({ ...parts, ...networks, bindAddress, kubeconfig: { path, mode } });
}

function readPorts(reader: SettingsReader): Pick<ServerOptions, 'httpsListenPort' | 'serviceNodePortRange'> {
  const port = reader.one('https-listen-port', parsePort, 'must be a port from 1 to 65535') ?? 0;
  const range = reader.one('service-node-port-range', parseRange, 'must be FROM-TO, both from 1 to 65535') ?? {
    first: 0,
    last: 0,
  };
  for (const [taken, whose] of [
    [port, 'the API server'],
    [kubeletPort, 'the node agent'],
  ] as const)
    if (taken >= range.first && taken <= range.last && taken > 0)
      reader.problem(
        'service-node-port-range',
        `${range.first}-${range.last}`,
        `must not have port ${taken} in it, which is that of ${whose}`,
      );
  if (port === kubeletPort)
    reader.problem('https-listen-port', String(port), `is the port of the node agent; choose another`);
  return { httpsListenPort: port, serviceNodePortRange: range };
}

/** kube-apiserver's flags, and K3s's own that mean the same. */
function readApiServerArgs(reader: SettingsReader): ApiServerSettings {
  const own = reader.switch('enable-pprof') ? ['profiling=true'] : [];
  const { settings, problems } = readApiServerSettings([...own, ...reader.values('kube-apiserver-arg')]);
  for (const { argument, why } of problems) reader.problem('kube-apiserver-arg', argument, why);
  return settings;
}

function readDisabled(reader: SettingsReader): ReadonlySet<PackagedComponent> {
  const disabled = new Set<PackagedComponent>();
  for (const text of reader.values('disable')) {
    const component = componentsOfK3s[text] ?? packagedComponents.find((known) => known === text);
    const known = [...packagedComponents, ...Object.keys(componentsOfK3s)];
    if (component) disabled.add(component);
    else
      reader.problem(
        'disable',
        text,
        `no such packaged component; there are ${known.join(', ')}${suggestion(text, known)}`,
      );
  }
  return disabled;
}

function parsePort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535 ? Number(text) : undefined;
}

function parseRange(text: string): { first: number; last: number } | undefined {
  const [from = '', to = '', ...more] = text.split('-');
  const [first, last] = [parsePort(from), parsePort(to)];
  return more.length === 0 && first && last && first <= last ? { first, last } : undefined;
}

function parseMode(text: string): number | undefined {
  return /^0?[0-7]{3}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

function parseSan(text: string): string | undefined {
  const host =
    isDns1123Subdomain(text.toLowerCase()).length === 0 || isWildcardDns1123Subdomain(text.toLowerCase()).length === 0;
  return parseIp(text) || host ? text : undefined;
}
