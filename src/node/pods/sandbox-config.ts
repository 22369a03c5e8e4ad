import { join } from 'node:path';
import type { Input } from '../runtime/codec.ts';
import type { PodSandboxConfig } from '../runtime/generated/cri.ts';
import { initContainers, isSidecar, mainContainers } from './containers.ts';
import { type ClusterResolver, podResolver } from './dns.ts';
import { podHostname } from './hosts.ts';
import { labelNames } from './labels.ts';
import { bytesOf, milliOf } from './qos.ts';
import { cpuShares, podAmounts, podCgroupLimits } from './resources.ts';
import { sandboxSecurity } from './security.ts';
import type { Pod } from './types.ts';

export interface SandboxOptions {
  readonly attempt: number;
  readonly cgroupParent: string;
  readonly logRoot: string;
  readonly resolver: ClusterResolver;
}

/** Folder of a pod's logs: `<root>/<namespace>_<name>_<uid>`. */
export function podLogFolder(logRoot: string, pod: Pod): string {
  const { namespace, name, uid } = pod.metadata;
  return join(logRoot, `${namespace}_${name}_${uid}`);
}

export function podLabels(pod: Pod): Record<string, string> {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  return { [labelNames.podName]: name, [labelNames.podNamespace]: namespace, [labelNames.podUid]: uid };
}

/** The sandbox that the runtime is asked for. */
export function sandboxConfig(
  pod: Pod,
  { attempt, cgroupParent, logRoot, resolver }: SandboxOptions,
): Input<PodSandboxConfig> {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const hostNetwork = pod.spec?.hostNetwork ?? false;
  const limits = podCgroupLimits(pod);
  const overhead = pod.spec?.overhead ?? {};
  return {
    metadata: { name, uid, namespace, attempt },
    // With the host's network the runtime gives the host's name.
    hostname: hostNetwork ? '' : podHostname(pod, resolver.domain).hostname,
    logDirectory: podLogFolder(logRoot, pod),
    dnsConfig: podResolver(pod, resolver),
    portMappings: hostNetwork ? [] : hostPorts(pod),
    labels: { ...pod.metadata.labels, ...podLabels(pod) },
    annotations: pod.metadata.annotations ?? {},
    linux: {
      cgroupParent,
      securityContext: sandboxSecurity(pod),
      sysctls: Object.fromEntries(
        (pod.spec?.securityContext?.sysctls ?? []).map((sysctl) => [sysctl.name, sysctl.value]),
      ),
      overhead: { cpuShares: cpuShares(milliOf(overhead['cpu'])), memoryLimitInBytes: bytesOf(overhead['memory']) },
      resources: {
        cpuPeriod: limits.cpuPeriodUs,
        cpuQuota: limits.cpuQuotaUs,
        cpuShares: cpuShares(podAmounts(pod).requests.cpuMilli),
        memoryLimitInBytes: limits.memoryBytes,
      },
    },
  };
}

function hostPorts(pod: Pod): NonNullable<Input<PodSandboxConfig>['portMappings']> {
  const containers = [...initContainers(pod).filter(isSidecar), ...mainContainers(pod)];
  return containers.flatMap(({ ports = [] }) =>
    ports
      .filter(({ hostPort }) => hostPort)
      .map(({ hostPort = 0, containerPort, hostIP = '', protocol }) => ({
        protocol: protocol === 'UDP' || protocol === 'SCTP' ? protocol : ('TCP' as const),
        containerPort,
        hostPort,
        hostIp: hostIP,
      })),
  );
}
