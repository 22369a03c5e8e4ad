import type { LifecycleHandler, Probe, SELinuxOptions } from '../../../api/schema/generated/types/core-v1.ts';
import {
  type AnyContainer,
  containersOf,
  containersText,
  type Finding,
  namesOf,
  plural,
  quoted,
  type Subject,
  settersText,
  sortedSet,
} from './findings.ts';
import { forbiddenSeccomp } from './seccomp.ts';

const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';
const goodAppArmor = ['RuntimeDefault', 'Localhost'];

export function appArmor({ annotations, spec }: Subject): Finding | undefined {
  const bad = (profile: { readonly type: string } | undefined) => profile && !goodAppArmor.includes(profile.type);
  const ofPod = spec.securityContext?.appArmorProfile;
  const containers = containersOf(spec).filter(({ securityContext }) => bad(securityContext?.appArmorProfile));
  const noted = Object.entries(annotations)
    .filter(([key, value]) => key.startsWith(appArmorPrefix) && !isGoodAppArmor(value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const setters = [
    settersText(
      Boolean(bad(ofPod)),
      containers.map(({ name }) => name),
    ),
    ...(noted.length > 0 ? [plural(noted.length, 'annotation')] : []),
  ].filter((text) => text !== '');
  if (setters.length === 0) return undefined;
  const types = [...(ofPod && bad(ofPod) ? [ofPod] : []), ...containers.map(profileOf)].map((one) => one?.type ?? '');
  const values = [...sortedSet(types), ...noted];
  return {
    reason: plural(values.length, 'forbidden AppArmor profile'),
    detail: `${setters.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
}

function profileOf({ securityContext }: AnyContainer): { readonly type: string } | undefined {
  return securityContext?.appArmorProfile;
}

function isGoodAppArmor(value: string): boolean {
  return value === '' || value === 'runtime/default' || value.startsWith('localhost/');
}

const defaultCapabilities = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP'],
  ...['SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
]);

/** Capabilities that containers add and that are not in `allowed`, as a sentence. */
export function addedCapabilities({ spec }: Subject, allowed: ReadonlySet<string>): string | undefined {
  const added = (container: AnyContainer) =>
    (container.securityContext?.capabilities?.add ?? []).filter((name) => !allowed.has(name));
  const bad = containersOf(spec).filter((container) => added(container).length > 0);
  if (bad.length === 0) return undefined;
  const names = bad.map(({ name }) => name);
  return `${containersText(names)} must not include ${quoted(sortedSet(bad.flatMap(added)))} in securityContext.capabilities.add`;
}

export function capabilities(subject: Subject): Finding | undefined {
  const detail = addedCapabilities(subject, defaultCapabilities);
  return detail === undefined ? undefined : { reason: 'non-default capabilities', detail };
}

export function hostNamespaces({ spec }: Subject): Finding | undefined {
  const set = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name] === true);
  if (set.length === 0) return undefined;
  return { reason: 'host namespaces', detail: set.map((name) => `${name}=true`).join(', ') };
}

export function hostPathVolumes({ spec }: Subject): Finding | undefined {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural(names.length, 'volume')} ${quoted(names)}` };
}

export function hostPorts({ spec }: Subject): Finding | undefined {
  const portsOf = ({ ports = [] }: AnyContainer) =>
    ports.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
  const bad = containersOf(spec).filter((container) => portsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const names = bad.map(({ name }) => name);
  const ports = sortedSet(bad.flatMap(portsOf));
  const uses = `${plural(names.length, 'uses', 'use')} ${plural(ports.length, 'hostPort')}`;
  return { reason: 'hostPort', detail: `${containersText(names)} ${uses} ${ports.join(', ')}` };
}

export function probeHosts({ spec }: Subject): Finding | undefined {
  const bad = containersOf(spec).filter((container) => hostsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const names = sortedSet(bad.map(({ name }) => name));
  const hosts = sortedSet(bad.flatMap(hostsOf));
  const uses = `${plural(names.length, 'uses', 'use')} ${plural(hosts.length, 'probe or lifecycle host')}`;
  return { reason: 'probe or lifecycle host', detail: `${containersText(names)} ${uses} ${quoted(hosts)}` };
}

function hostsOf({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer): string[] {
  const handlers: readonly (Probe | LifecycleHandler | undefined)[] = [
    ...[livenessProbe, readinessProbe, startupProbe],
    ...[lifecycle?.postStart, lifecycle?.preStop],
  ];
  return handlers.flatMap((handler) => {
    const hosts = [handler?.httpGet?.host ?? '', handler?.tcpSocket?.host ?? ''];
    return hosts.filter((host) => host !== '');
  });
}

export function privileged({ spec }: Subject): Finding | undefined {
  const names = namesOf(containersOf(spec), ({ securityContext }) => securityContext?.privileged === true);
  if (names.length === 0) return undefined;
  return { reason: 'privileged', detail: `${containersText(names)} must not set securityContext.privileged=true` };
}

export function procMount({ spec }: Subject): Finding | undefined {
  const mountOf = ({ securityContext }: AnyContainer) => securityContext?.procMount;
  const bad = containersOf(spec).filter((container) => (mountOf(container) ?? 'Default') !== 'Default');
  if (bad.length === 0) return undefined;
  const names = bad.map(({ name }) => name);
  const types = sortedSet(bad.map((container) => mountOf(container) ?? ''));
  return {
    reason: 'procMount',
    detail: `${containersText(names)} must not set securityContext.procMount to ${quoted(types)}`,
  };
}

const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

/** `more`: types that later versions allow, too. */
export function seLinux(more: readonly string[]): (subject: Subject) => Finding | undefined {
  const allowed = new Set([...seLinuxTypes, ...more]);
  const isBad = (options: SELinuxOptions | undefined) =>
    options !== undefined && (!allowed.has(options.type ?? '') || Boolean(options.user) || Boolean(options.role));
  return ({ spec }) => {
    const ofPod = spec.securityContext?.seLinuxOptions;
    const containers = containersOf(spec).filter(({ securityContext }) => isBad(securityContext?.seLinuxOptions));
    const setters = settersText(
      isBad(ofPod),
      containers.map(({ name }) => name),
    );
    if (setters === '') return undefined;
    const options = [ofPod, ...containers.map(({ securityContext }) => securityContext?.seLinuxOptions)];
    const types = sortedSet(options.map((one) => one?.type ?? '').filter((type) => !allowed.has(type)));
    const faults = [
      ...(types.length > 0 ? [`${plural(types.length, 'type')} ${quoted(types)}`] : []),
      ...(options.some((one) => one?.user) ? ['user may not be set'] : []),
      ...(options.some((one) => one?.role) ? ['role may not be set'] : []),
    ];
    const detail = `${setters} set forbidden securityContext.seLinuxOptions: ${faults.join('; ')}`;
    return { reason: 'seLinuxOptions', detail };
  };
}

/** Before seccomp had fields (v1.19) it had annotations. */
export function seccompAnnotations({ annotations, spec }: Subject): Finding | undefined {
  const keys = [
    'seccomp.security.alpha.kubernetes.io/pod',
    ...containersOf(spec).map(({ name }) => `container.seccomp.security.alpha.kubernetes.io/${name}`),
  ];
  const bad = sortedSet(
    keys.flatMap((key) => {
      const value = annotations[key];
      const good = ['runtime/default', 'docker/default'];
      if (value === undefined || good.includes(value) || value.startsWith('localhost/')) return [];
      return [`${key}=${JSON.stringify(value)}`];
    }),
  );
  if (bad.length === 0) return undefined;
  return { reason: 'seccompProfile', detail: `forbidden ${plural(bad.length, 'annotation')} ${bad.join(', ')}` };
}

export function seccomp(subject: Subject): Finding | undefined {
  return forbiddenSeccomp(subject);
}

export function sysctls(allowed: ReadonlySet<string>): (subject: Subject) => Finding | undefined {
  return ({ spec }) => {
    const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !allowed.has(name));
    return names.length > 0 ? { reason: 'forbidden sysctls', detail: names.join(', ') } : undefined;
  };
}

export function windowsHostProcess({ spec }: Subject): Finding | undefined {
  const names = namesOf(
    containersOf(spec),
    ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true,
  );
  const setters = settersText(spec.securityContext?.windowsOptions?.hostProcess === true, names);
  if (setters === '') return undefined;
  return { reason: 'hostProcess', detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` };
}
