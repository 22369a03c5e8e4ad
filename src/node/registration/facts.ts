import { readFile, statfs } from 'node:fs/promises';
import { arch, availableParallelism, release, totalmem } from 'node:os';
import type { NodeSystemInfo } from '../../api/schema/generated/types/core-v1.ts';
import { readTextIfPresent } from '../../base/files.ts';

export const maxPods = 110;

/** What the machine has, as a node's `capacity`. */
export function capacityOf(storageBytes: number): Readonly<Record<string, string>> {
  return {
    cpu: String(availableParallelism()),
    'ephemeral-storage': `${Math.floor(storageBytes / 1024)}Ki`,
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: String(maxPods),
  };
}

/** What pods may use of it: K3s keeps 5 % of the disk free and reserves nothing else. */
export function allocatableOf(storageBytes: number): Readonly<Record<string, string>> {
  return { ...capacityOf(storageBytes), 'ephemeral-storage': String(Math.floor(storageBytes * 0.95)) };
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

const leastMemoryBytes = 100 * 1024 * 1024;
const leastDiskShare = 0.05;
const leastPids = 1000;

/** Whether the machine is short of something; thresholds are upstream's and K3s's defaults. */
export async function readPressure(dataDir: string): Promise<Pressure> {
  const [meminfo, loadavg, pidMax, disk] = await Promise.all([
    readFile('/proc/meminfo', 'utf8'),
    readFile('/proc/loadavg', 'utf8'),
    readFile('/proc/sys/kernel/pid_max', 'utf8'),
    statfs(dataDir),
  ]);
  const availableBytes = Number(/^MemAvailable:\s*(\d+) kB/m.exec(meminfo)?.[1] ?? Number.POSITIVE_INFINITY) * 1024;
  const processes = Number(/\/(\d+) /.exec(loadavg)?.[1] ?? 0);
  return {
    memory: availableBytes < leastMemoryBytes,
    disk: disk.bavail < disk.blocks * leastDiskShare,
    pid: Number(pidMax) - processes < leastPids,
  };
}
