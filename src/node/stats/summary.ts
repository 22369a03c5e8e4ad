import { formatTime } from '../../api/object.ts';
import type { CpuUsage, MemoryUsage, NetworkInterfaceUsage, SwapUsage } from '../runtime/generated/cri.ts';
import type { FsUsage } from './host.ts';
import type { CpuRates } from './rates.ts';
import type { ContainerReading, PodReading, Reading } from './reading.ts';
import type {
  ContainerStats,
  CpuStats,
  FsStats,
  InterfaceStats,
  MemoryStats,
  NetworkStats,
  NodeStats,
  PodStats,
  Summary,
  SwapStats,
} from './summary-types.ts';

/** `/stats/summary` of one reading; `rates` carries CPU counters from one to the next. */
export function summarize(reading: Reading, nodeName: string, rates: CpuRates): Summary {
  rates.beginRound();
  return {
    node: nodeStats(reading, nodeName, rates),
    pods: reading.pods.map((pod) => podStats(pod, reading, rates)),
  };
}

function nodeStats(reading: Reading, nodeName: string, rates: CpuRates): NodeStats {
  const { atMs, host, fs, imageFs, images } = reading;
  const time = formatTime(atMs);
  const imagesUsed = sum(images.imageFilesystems.map(({ usedBytes }) => usedBytes?.value));
  const usageNanoCores = rates.rate('node', atMs * 1e6, host.cpuNanoseconds);
  const [first] = host.interfaces;
  return {
    nodeName,
    startTime: formatTime(host.bootMs),
    cpu: {
      time,
      ...(usageNanoCores !== undefined && { usageNanoCores }),
      usageCoreNanoSeconds: host.cpuNanoseconds,
    },
    memory: { time, ...host.memory },
    swap: { time, swapAvailableBytes: host.swap.availableBytes, swapUsageBytes: host.swap.usageBytes },
    ...(first && { network: { time, ...first, interfaces: host.interfaces } }),
    fs: { time, ...fs },
    runtime: {
      imageFs: { time, ...imageFs, usedBytes: imagesUsed },
      containerFs: { time, ...imageFs, usedBytes: imagesUsed },
    },
    rlimit: { time, maxpid: host.mostProcesses, curproc: host.processes },
  };
}

function podStats({ pod, stats, containers }: PodReading, reading: Reading, rates: CpuRates): PodStats {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const { linux } = stats;
  const time = formatTime(reading.atMs);
  const network = networkStats(linux?.network?.defaultInterface, linux?.network?.interfaces ?? [], time);
  const used = sum(containers.map((one) => (one.stats.writableLayer?.usedBytes?.value ?? 0) + one.logBytes));
  return {
    podRef: { name, namespace, uid },
    startTime: pod.status?.startTime ?? formatTime(Math.min(...containers.map(({ view }) => view.startedAtMs))),
    containers: containers.map((container) => containerStats(container, reading, rates)),
    ...(linux?.cpu && { cpu: cpuStats(`pod/${uid}`, linux.cpu, rates) }),
    ...(linux?.memory && { memory: memoryStats(linux.memory) }),
    ...(network && { network }),
    'ephemeral-storage': { time, ...capacityOf(reading.fs), usedBytes: used },
    ...(linux?.process?.processCount && { process_stats: { process_count: linux.process.processCount.value } }),
  };
}

function containerStats(
  { view, stats, logBytes }: ContainerReading,
  reading: Reading,
  rates: CpuRates,
): ContainerStats {
  const { cpu, memory, swap, writableLayer } = stats;
  const time = formatTime(reading.atMs);
  return {
    name: view.name,
    startTime: formatTime(view.startedAtMs),
    ...(cpu && { cpu: cpuStats(`container/${view.id}`, cpu, rates) }),
    ...(memory && { memory: memoryStats(memory) }),
    ...(swap && { swap: swapStats(swap) }),
    rootfs: {
      time,
      ...capacityOf(reading.imageFs),
      usedBytes: writableLayer?.usedBytes?.value ?? 0,
      inodesUsed: writableLayer?.inodesUsed?.value ?? 0,
    },
    logs: { time, ...capacityOf(reading.fs), usedBytes: logBytes },
  };
}

function cpuStats(key: string, cpu: CpuUsage, rates: CpuRates): CpuStats {
  const used = cpu.usageCoreNanoSeconds?.value ?? 0;
  const usageNanoCores = rates.rate(key, cpu.timestamp, used);
  return {
    time: timeOf(cpu.timestamp),
    ...(usageNanoCores !== undefined && { usageNanoCores }),
    usageCoreNanoSeconds: used,
  };
}

/** Without a limit the runtime says 0 available, upstream nothing. */
function memoryStats(memory: MemoryUsage): MemoryStats {
  const available = memory.availableBytes?.value;
  return {
    time: timeOf(memory.timestamp),
    ...(available && { availableBytes: available }),
    ...(memory.usageBytes && { usageBytes: memory.usageBytes.value }),
    ...(memory.workingSetBytes && { workingSetBytes: memory.workingSetBytes.value }),
    ...(memory.rssBytes && { rssBytes: memory.rssBytes.value }),
    ...(memory.pageFaults && { pageFaults: memory.pageFaults.value }),
    ...(memory.majorPageFaults && { majorPageFaults: memory.majorPageFaults.value }),
  };
}

function swapStats(swap: SwapUsage): SwapStats {
  return {
    time: timeOf(swap.timestamp),
    ...(swap.swapAvailableBytes && { swapAvailableBytes: swap.swapAvailableBytes.value }),
    ...(swap.swapUsageBytes && { swapUsageBytes: swap.swapUsageBytes.value }),
  };
}

function networkStats(
  primary: NetworkInterfaceUsage | undefined,
  others: readonly NetworkInterfaceUsage[],
  time: string,
): NetworkStats | undefined {
  if (!primary) return undefined;
  return { time, ...interfaceStats(primary), interfaces: [primary, ...others].map(interfaceStats) };
}

function interfaceStats({ name, rxBytes, rxErrors, txBytes, txErrors }: NetworkInterfaceUsage): InterfaceStats {
  return {
    name,
    rxBytes: rxBytes?.value ?? 0,
    rxErrors: rxErrors?.value ?? 0,
    txBytes: txBytes?.value ?? 0,
    txErrors: txErrors?.value ?? 0,
  };
}

function capacityOf({ availableBytes, capacityBytes, inodes, inodesFree }: FsUsage): Omit<FsStats, 'time'> {
  return { availableBytes, capacityBytes, inodes, inodesFree };
}

function timeOf(nanoseconds: number): string {
  return formatTime(nanoseconds / 1e6);
}

function sum(numbers: readonly (number | undefined)[]): number {
  return numbers.reduce<number>((total, number) => total + (number ?? 0), 0);
}
