import type { Input } from '../runtime/codec.ts';
import type { LinuxContainerResources } from '../runtime/generated/cri.ts';
import { initContainers, isSidecar, mainContainers } from './containers.ts';
import { bytesOf, milliOf, oomScoreAdj, qosClassOf } from './qos.ts';
import type { Container, Pod } from './types.ts';

const periodUs = 100_000;
const leastQuotaUs = 1_000;
const leastShares = 2;
const mostShares = 262_144;

/** cpu.shares of cgroup v1 for so many thousandths of a processor; runc turns them into the weight of version 2. */
export function cpuShares(milli: number): number {
  if (milli === 0) return leastShares;
  return Math.min(Math.max(Math.floor((milli * 1024) / 1000), leastShares), mostShares);
}

/** Microseconds of processor time in each period; 0: no limit. */
export function cpuQuotaUs(milli: number): number {
  return milli === 0 ? 0 : Math.max(Math.floor((milli * periodUs) / 1000), leastQuotaUs);
}

export function containerResources(
  pod: Pod,
  container: Container,
  machineMemoryBytes: number,
): Input<LinuxContainerResources> {
  const { requests, limits } = container.resources ?? {};
  const memory = bytesOf(limits?.['memory']);
  return {
    cpuPeriod: periodUs,
    cpuQuota: cpuQuotaUs(milliOf(limits?.['cpu'])),
    cpuShares: cpuShares(milliOf(requests?.['cpu'] ?? limits?.['cpu'])),
    memoryLimitInBytes: memory,
    oomScoreAdj: oomScoreAdj(pod, container, machineMemoryBytes),
    // Pods do not swap: the limit of memory and swap together is that of memory.
    ...(memory > 0 && { memorySwapLimitInBytes: memory }),
  };
}

export interface PodCgroupLimits {
  readonly cpuShares: number;
  /** 0: no limit. */
  readonly cpuQuotaUs: number;
  readonly cpuPeriodUs: number;
  /** 0: no limit. */
  readonly memoryBytes: number;
}

/** What the pod as a whole may use: the sum of its containers, or an init container's where that is more. */
export function podCgroupLimits(pod: Pod): PodCgroupLimits {
  const qos = qosClassOf(pod);
  const amounts = podAmounts(pod);
  const limited = (name: 'cpu' | 'memory') =>
    pod.spec?.resources?.limits?.[name] !== undefined ||
    [...initContainers(pod), ...mainContainers(pod)].every(({ resources }) => resources?.limits?.[name] !== undefined);
  return {
    cpuShares: qos === 'BestEffort' ? leastShares : cpuShares(amounts.requests.cpuMilli),
    cpuQuotaUs: qos !== 'BestEffort' && limited('cpu') ? cpuQuotaUs(amounts.limits.cpuMilli) : 0,
    cpuPeriodUs: periodUs,
    memoryBytes: qos !== 'BestEffort' && limited('memory') ? amounts.limits.memoryBytes : 0,
  };
}

interface Amount {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

/** What a pod asks for and may use at most, with sidecars, init containers and overhead. Source: KEP-753. */
export function podAmounts(pod: Pod): { readonly requests: Amount; readonly limits: Amount } {
  const sum = (field: 'requests' | 'limits', name: string, read: (quantity: string | undefined) => number) => {
    const own = pod.spec?.resources?.[field]?.[name];
    const overhead = read(pod.spec?.overhead?.[name]);
    if (own !== undefined) return read(own) + overhead;
    const of = (container: Container) =>
      read(
        container.resources?.[field]?.[name] ??
          (field === 'requests' ? container.resources?.limits?.[name] : undefined),
      );
    let sidecars = 0;
    let init = 0;
    for (const container of initContainers(pod)) {
      if (isSidecar(container)) sidecars += of(container);
      init = Math.max(init, sidecars + (isSidecar(container) ? 0 : of(container)));
    }
    const main = mainContainers(pod).reduce((total, container) => total + of(container), sidecars);
    return Math.max(main, init) + overhead;
  };
  const amount = (field: 'requests' | 'limits') => ({
    cpuMilli: sum(field, 'cpu', milliOf),
    memoryBytes: sum(field, 'memory', bytesOf),
  });
  return { requests: amount('requests'), limits: amount('limits') };
}
