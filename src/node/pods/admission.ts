import { initContainers, isSidecar, mainContainers } from './containers.ts';
import { bytesOf, milliOf } from './qos.ts';
import { podAmounts } from './resources.ts';
import { isTerminal } from './step.ts';
import type { Pod } from './types.ts';

export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

export interface NodeRoom {
  readonly allocatable: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** Kernel settings that are namespaced and cannot harm other pods. Source: "Using sysctls in a Kubernetes Cluster". */
const safeSysctls: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

/**
 * Whether this node can take the pod beside those it has; the scheduler usually made sure, but it may have seen an
 * older state, or the pod named the node itself. Pure.
 */
export function admit(pod: Pod, others: readonly Pod[], { allocatable, labels }: NodeRoom): Rejection | undefined {
  const active = others.filter((other) => !isTerminal(other) && other.metadata.uid !== pod.metadata.uid);
  for (const [key, value] of Object.entries(pod.spec?.nodeSelector ?? {}))
    if (labels[key] !== value)
      return {
        reason: 'NodeAffinity',
        message: "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
      };
  if (pod.spec?.os && pod.spec.os.name !== 'linux')
    return { reason: 'PodOSNotSupported', message: `Failed to admit pod as the OS field doesn't match node OS` };
  const forbidden = (pod.spec?.securityContext?.sysctls ?? []).find(
    ({ name }) => !safeSysctls.has(name.replaceAll('/', '.')),
  );
  if (forbidden) return { reason: 'SysctlForbidden', message: `forbidden sysctl: "${forbidden.name}" not allowlisted` };
  if (pod.spec?.hostUsers === false)
    return {
      reason: 'UserNamespacesNotSupported',
      message: 'Pod was rejected: hostUsers: false is not supported by this node',
    };
  const taken = new Set(active.flatMap(hostPortsOf));
  if (hostPortsOf(pod).some((port) => taken.has(port)))
    return {
      reason: 'NodePorts',
      message: `Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports`,
    };
  const used = active.map((other) => podAmounts(other).requests);
  const wanted = podAmounts(pod).requests;
  const total = (pick: (amount: { cpuMilli: number; memoryBytes: number }) => number) =>
    used.reduce((sum, amount) => sum + pick(amount), 0);
  const checks = [
    {
      name: 'cpu',
      requested: wanted.cpuMilli,
      used: total(({ cpuMilli }) => cpuMilli),
      capacity: milliOf(allocatable['cpu']),
    },
    {
      name: 'memory',
      requested: wanted.memoryBytes,
      used: total(({ memoryBytes }) => memoryBytes),
      capacity: bytesOf(allocatable['memory']),
    },
    { name: 'pods', requested: 1, used: active.length, capacity: bytesOf(allocatable['pods']) },
  ];
  for (const { name, requested, used, capacity } of checks)
    if (requested > 0 && used + requested > capacity)
      return {
        reason: `OutOf${name}`,
        message: `Pod was rejected: Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
      };
  return undefined;
}

function hostPortsOf(pod: Pod): readonly string[] {
  const containers = [...initContainers(pod).filter(isSidecar), ...mainContainers(pod)];
  return containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, containerPort, protocol = 'TCP' }) => {
      const port = hostPort || (pod.spec?.hostNetwork ? containerPort : 0);
      return port ? [`${protocol}:${port}`] : [];
    }),
  );
}
