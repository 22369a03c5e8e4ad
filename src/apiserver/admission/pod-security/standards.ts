import * as baseline from './baseline.ts';
import type { Finding, Subject } from './findings.ts';
import * as restricted from './restricted.ts';

/** kubernetes.io/docs/concepts/security/pod-security-standards: which checks hold at a level, in a version of Kubernetes. */

export type Level = 'privileged' | 'baseline' | 'restricted';

/** Of `v1.x`; Infinity: `latest`. */
export interface Policy {
  readonly level: Level;
  readonly minor: number;
}

type Find = (subject: Subject) => Finding | undefined;

interface Check {
  readonly level: 'baseline' | 'restricted';
  /** The newest whose `since` is not newer than the policy counts. */
  readonly versions: readonly { readonly since: number; readonly find: Find }[];
  /** A stricter form of this one holds at the restricted level, from that version on. */
  readonly replacedSince?: number;
}

const notOnWindows =
  (find: Find): Find =>
  (subject) =>
    subject.spec.os?.name === 'windows' ? undefined : find(subject);
/** Root in a user namespace is nobody outside of it. */
const notInUserNamespace =
  (find: Find): Find =>
  (subject) =>
    subject.spec.hostUsers === false ? undefined : find(subject);
const always = (find: Find) => [{ since: 0, find }];

/** Pods of Windows are spared since 1.25. */
const sparingWindows = (since: number, find: Find) => [
  { since, find },
  { since: 25, find: notOnWindows(find) },
];

const sysctls0 = [
  ...['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies'],
  ...['net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start'],
];
const sysctls27 = [...sysctls0, 'net.ipv4.ip_local_reserved_ports'];
const sysctls29 = [
  ...sysctls27,
  ...['net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl'],
  'net.ipv4.tcp_keepalive_probes',
];
const sysctls32 = [...sysctls29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

/** In upstream's order: it is the order of the findings in a message. */
const checks: readonly Check[] = [
  { level: 'baseline', versions: always(baseline.appArmor) },
  { level: 'baseline', versions: always(baseline.capabilities), replacedSince: 22 },
  { level: 'baseline', versions: always(baseline.hostNamespaces) },
  { level: 'baseline', versions: always(baseline.hostPathVolumes), replacedSince: 0 },
  { level: 'baseline', versions: always(baseline.hostPorts) },
  { level: 'baseline', versions: [{ since: 34, find: baseline.probeHosts }] },
  { level: 'baseline', versions: always(baseline.privileged) },
  {
    level: 'baseline',
    versions: [...always(baseline.procMount), { since: 35, find: notInUserNamespace(baseline.procMount) }],
    replacedSince: 35,
  },
  {
    level: 'baseline',
    versions: [...always(baseline.seLinux([])), { since: 31, find: baseline.seLinux(['container_engine_t']) }],
  },
  {
    level: 'baseline',
    versions: [...always(baseline.seccompAnnotations), { since: 19, find: baseline.seccomp }],
    replacedSince: 19,
  },
  {
    level: 'baseline',
    versions: [
      { since: 0, find: baseline.sysctls(new Set(sysctls0)) },
      { since: 27, find: baseline.sysctls(new Set(sysctls27)) },
      { since: 29, find: baseline.sysctls(new Set(sysctls29)) },
      { since: 32, find: baseline.sysctls(new Set(sysctls32)) },
    ],
  },
  { level: 'baseline', versions: always(baseline.windowsHostProcess) },
  { level: 'restricted', versions: sparingWindows(8, restricted.allowPrivilegeEscalation) },
  { level: 'restricted', versions: sparingWindows(22, restricted.capabilities) },
  { level: 'restricted', versions: [{ since: 35, find: baseline.procMount }] },
  { level: 'restricted', versions: always(restricted.volumes) },
  {
    level: 'restricted',
    versions: [...always(restricted.runAsNonRoot), { since: 35, find: notInUserNamespace(restricted.runAsNonRoot) }],
  },
  {
    level: 'restricted',
    versions: [
      { since: 23, find: restricted.runAsUser },
      { since: 35, find: notInUserNamespace(restricted.runAsUser) },
    ],
  },
  { level: 'restricted', versions: sparingWindows(19, restricted.seccomp) },
];

/** Everything in a pod that the policy does not allow. */
export function violations({ level, minor }: Policy, subject: Subject): Finding[] {
  if (level === 'privileged') return [];
  return checks.flatMap((check) => {
    if (check.level === 'restricted' && level !== 'restricted') return [];
    if (level === 'restricted' && check.replacedSince !== undefined && minor >= check.replacedSince) return [];
    const found = check.versions.findLast(({ since }) => since <= minor)?.find(subject);
    return found ? [found] : [];
  });
}

/** `reason (detail), reason (detail)`. */
export function violationsText(findings: readonly Finding[]): string {
  return findings.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}
