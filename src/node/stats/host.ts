import { readFile, statfs } from 'node:fs/promises';

/** What the kernel says of the whole machine; the same files with both versions of control groups. Bytes and nanoseconds. */
export interface HostUsage {
  readonly bootMs: number;
  readonly cpuNanoseconds: number;
  readonly memory: {
    readonly usageBytes: number;
    readonly workingSetBytes: number;
    readonly availableBytes: number;
    readonly rssBytes: number;
  };
  readonly swap: { readonly usageBytes: number; readonly availableBytes: number };
  readonly interfaces: readonly HostInterface[];
  readonly processes: number;
  readonly mostProcesses: number;
}

export interface HostInterface {
  readonly name: string;
  readonly rxBytes: number;
  readonly rxErrors: number;
  readonly txBytes: number;
  readonly txErrors: number;
}

export interface FsUsage {
  readonly capacityBytes: number;
  readonly availableBytes: number;
  readonly usedBytes: number;
  readonly inodes: number;
  readonly inodesFree: number;
  readonly inodesUsed: number;
}

/** The kernel counts in hundredths of a second everywhere (USER_HZ). */
const nanosecondsPerTick = 1e7;

export async function readHost(): Promise<HostUsage> {
  const [stat, memory, network, load, mostProcesses] = await Promise.all(
    ['/proc/stat', '/proc/meminfo', '/proc/net/dev', '/proc/loadavg', '/proc/sys/kernel/pid_max'].map((path) =>
      readFile(path, 'utf8'),
    ),
  );
  return {
    ...parseStat(stat ?? ''),
    ...parseMemory(memory ?? ''),
    interfaces: parseInterfaces(network ?? ''),
    processes: Number(/\/(\d+) /.exec(load ?? '')?.[1] ?? 0),
    mostProcesses: Number(mostProcesses),
  };
}

/** User, nice, system, interrupts and stolen time count as use; idle and waiting do not. Guests are in user already. */
export function parseStat(text: string): Pick<HostUsage, 'bootMs' | 'cpuNanoseconds'> {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (/^cpu +(.*)$/m.exec(text)?.[1] ?? '')
    .split(' ')
    .map(Number);
  const bootSeconds = Number(/^btime (\d+)$/m.exec(text)?.[1] ?? 0);
  const ticks = user + nice + system + irq + softirq + steal;
  return { bootMs: bootSeconds * 1000, cpuNanoseconds: ticks * nanosecondsPerTick };
}

/** Use is what is not free; the working set leaves out file pages that have not been used lately. */
export function parseMemory(text: string): Pick<HostUsage, 'memory' | 'swap'> {
  const bytes = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
  const total = bytes('MemTotal');
  const usageBytes = total - bytes('MemFree');
  const workingSetBytes = Math.max(usageBytes - bytes('Inactive\\(file\\)'), 0);
  return {
    memory: {
      usageBytes,
      workingSetBytes,
      availableBytes: total - workingSetBytes,
      rssBytes: bytes('AnonPages'),
    },
    swap: { usageBytes: bytes('SwapTotal') - bytes('SwapFree'), availableBytes: bytes('SwapFree') },
  };
}

/** Without loopback and the pods' links. */
export function parseInterfaces(text: string): HostInterface[] {
  return text
    .split('\n')
    .slice(2)
    .flatMap((line) => {
      const [name = '', counters = ''] = line.split(':');
      const [rxBytes = 0, , rxErrors = 0, , , , , , txBytes = 0, , txErrors = 0] = counters
        .trim()
        .split(/ +/)
        .map(Number);
      const own = name.trim();
      return own === '' || own === 'lo' || own.startsWith('veth')
        ? []
        : [{ name: own, rxBytes, rxErrors, txBytes, txErrors }];
    });
}

export async function readFs(path: string): Promise<FsUsage> {
  const { bsize, blocks, bavail, bfree, files, ffree } = await statfs(path);
  return {
    capacityBytes: blocks * bsize,
    availableBytes: bavail * bsize,
    usedBytes: (blocks - bfree) * bsize,
    inodes: files,
    inodesFree: ffree,
    inodesUsed: files - ffree,
  };
}
