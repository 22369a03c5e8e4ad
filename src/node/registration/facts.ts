import { readFile, statfs } from 'node:fs/promises';
import { arch, availableParallelism, release, totalmem } from 'node:os';
import { formatQuantity, parseQuantity, subtractQuantities } from '../../api/quantity/quantity.ts';
import type { NodeSystemInfo } from '../../api/schema/generated/types/core-v1.ts';
import { readTextIfPresent } from '../../base/files.ts';
import { type NodeSettings, type PressureThresholds, thresholdBytes } from '../settings.ts';

/** What the machine has, as a node's `capacity`. */
export function capacityOf(storageBytes: number, maxPods: number): Readonly<Record<string, string>> {
  return {
    cpu: String(availableParallelism()),
    'ephemeral-storage': `${Math.floor(storageBytes / 1024)}Ki`,
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: String(maxPods),
  };
}

/**
 * What pods may use of it: without the reservations and without what is kept free on the disk. K3s takes nothing off the
 * memory for its threshold.
 */
export function allocatableOf(
  storageBytes: number,
  { maxPods, reserved, evictionHard }: Pick<NodeSettings, 'maxPods' | 'reserved' | 'evictionHard'>,
): Readonly<Record<string, string>> {
  const kept = thresholdBytes(evictionHard.disk, storageBytes);
  const all = { ...capacityOf(storageBytes, maxPods), 'ephemeral-storage': String(Math.floor(storageBytes - kept)) };
  return Object.fromEntries(
    Object.entries(all).map(([name, amount]) => {
      const left = reserved.reduce((rest, one) => subtractQuantities(rest, one[name] ?? '0'), parseQuantity(amount));
      return [name, left.nano > 0n ? formatQuantity(left) : '0'];
    }),
  );
}

/** The processor's name as Go and image indexes spell it. */
export function goArchitecture(): string {
  const names: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };
  return names[arch()] ?? arch();
}

export async function systemInfo(options: {
  readonly kubeletVersion: string;
  readonly runtime: string;
}): Promise<NodeSystemInfo> {
  const [machineId, systemUuid, bootId, osRelease] = await Promise.all(
    ['/etc/machine-id', '/sys/class/dmi/id/product_uuid', '/proc/sys/kernel/random/boot_id', '/etc/os-release'].map(
      readTextIfPresent,
    ),
  );
  const machineID = machineId?.trim() ?? '';
  return {
    architecture: goArchitecture(),
    bootID: bootId?.trim() ?? '',
    containerRuntimeVersion: options.runtime,
    kernelVersion: release(),
    kubeProxyVersion: '',
    kubeletVersion: options.kubeletVersion,
    machineID,
    operatingSystem: 'linux',
    osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(osRelease ?? '')?.[1] ?? 'Linux',
    systemUUID: systemUuid?.trim() || machineID,
  };
}

export interface Pressure {
  readonly memory: boolean;
  readonly disk: boolean;
  readonly pid: boolean;
}

const leastPids = 1000;

/** Whether the machine is short of something. */
export async function readPressure(dataDir: string, thresholds: PressureThresholds): Promise<Pressure> {
  const [meminfo, loadavg, pidMax, disk] = await Promise.all([
    readFile('/proc/meminfo', 'utf8'),
    readFile('/proc/loadavg', 'utf8'),
    readFile('/proc/sys/kernel/pid_max', 'utf8'),
    statfs(dataDir),
  ]);
  const availableBytes = Number(/^MemAvailable:\s*(\d+) kB/m.exec(meminfo)?.[1] ?? Number.POSITIVE_INFINITY) * 1024;
  const processes = Number(/\/(\d+) /.exec(loadavg)?.[1] ?? 0);
  return {
    memory: availableBytes < thresholdBytes(thresholds.memory, totalmem()),
    disk: disk.bavail * disk.bsize < thresholdBytes(thresholds.disk, disk.blocks * disk.bsize),
    pid: Number(pidMax) - processes < leastPids,
  };
}
