import { mkdir, readdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { qosClassOf } from './qos.ts';
import { type PodCgroupLimits, podCgroupLimits } from './resources.ts';
import type { Pod } from './types.ts';

/** Controllers in which a pod's group is made before the runtime makes the containers' below it. */
const controllers = ['cpu', 'memory', 'pids'] as const;

/** Makes and removes the control groups of pods. Works with both versions; the runtime makes the groups of containers. */
export interface Cgroups {
  readonly version: 1 | 2;
  /** The pod's group, as the runtime is told it. */
  pathOf(pod: Pod): string;
  prepare(pod: Pod): Promise<void>;
  remove(pod: Pod): Promise<void>;
  /** The folders of a group, one for each hierarchy; for statistics. */
  folders(path: string): Promise<readonly string[]>;
}

export interface CgroupOptions {
  /** The group under which all pods of this node are: `/kubepods`, or one named by instance. */
  readonly root: string;
  /** Processes and threads of one pod. Default: no limit. */
  readonly podMaxPids?: number | undefined;
  /** Where the hierarchies are. */
  readonly mountPoint?: string;
  readonly log: Logger;
}

export async function createCgroups({
  root,
  podMaxPids,
  mountPoint = '/sys/fs/cgroup',
  log,
}: CgroupOptions): Promise<Cgroups> {
  const version = (await exists(join(mountPoint, 'cgroup.controllers'))) ? 2 : 1;
  const pathOf = (pod: Pod) => {
    const qos = qosClassOf(pod);
    const tier = qos === 'Guaranteed' ? root : `${root}/${qos.toLowerCase()}`;
    return `${tier}/pod${pod.metadata.uid}`;
  };
  const hierarchies = async () =>
    version === 2
      ? [mountPoint]
      : (await readdir(mountPoint, { withFileTypes: true }))
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => join(mountPoint, name));
  return {
    version,
    pathOf,
    async prepare(pod) {
      const path = pathOf(pod);
      const limits = podCgroupLimits(pod);
      const pids = podMaxPids === undefined ? {} : { 'pids.max': podMaxPids };
      if (version === 2) {
        await enableControllers(mountPoint, path);
        await writeLimits(join(mountPoint, path), { ...limitsV2(limits), ...pids }, log);
      } else
        for (const controller of controllers) {
          if (!(await exists(join(mountPoint, controller)))) continue;
          await mkdir(join(mountPoint, controller, path), { recursive: true });
          await writeLimits(join(mountPoint, controller, path), { ...limitsV1(limits), pids }[controller], log);
        }
    },
    async remove(pod) {
      // By uid in every tier: of a pod that nobody knows any more the tier is not known either.
      const paths = ['', '/burstable', '/besteffort'].map((tier) => `${root}${tier}/pod${pod.metadata.uid}`);
      for (const hierarchy of await hierarchies()) for (const path of paths) await removeTree(join(hierarchy, path));
    },
    async folders(path) {
      return (await hierarchies()).map((hierarchy) => join(hierarchy, path));
    },
  };
}

function limitsV1(limits: PodCgroupLimits): Record<'cpu' | 'memory', Record<string, number>> {
  return {
    cpu: {
      'cpu.shares': limits.cpuShares,
      'cpu.cfs_period_us': limits.cpuPeriodUs,
      'cpu.cfs_quota_us': limits.cpuQuotaUs || -1,
    },
    memory: limits.memoryBytes > 0 ? { 'memory.limit_in_bytes': limits.memoryBytes } : {},
  };
}

function limitsV2(limits: PodCgroupLimits): Record<string, string | number> {
  return {
    // The kernel's own mapping of shares (2…262144) to weight (1…10000).
    'cpu.weight': 1 + Math.floor(((limits.cpuShares - 2) * 9999) / 262_142),
    'cpu.max': `${limits.cpuQuotaUs || 'max'} ${limits.cpuPeriodUs}`,
    'memory.max': limits.memoryBytes || 'max',
  };
}

async function writeLimits(folder: string, limits: Record<string, string | number>, log: Logger): Promise<void> {
  for (const [file, value] of Object.entries(limits))
    try {
      await writeFile(join(folder, file), String(value));
    } catch (error) {
      // A kernel without bandwidth control or a nested container may refuse one; the pod still runs, without that limit.
      log.warn('cannot set a limit of a pod', { file: join(folder, file), value, error: toError(error) });
    }
}

/** In version 2 a controller works in a group only when all groups above pass it on. */
async function enableControllers(mountPoint: string, path: string): Promise<void> {
  let folder = mountPoint;
  for (const part of path.split('/').filter(Boolean)) {
    const available = (await readFile(join(folder, 'cgroup.controllers'), 'utf8')).trim().split(' ');
    // Only ours: another one may not be passed on in every state of the machine (cpuset, cpu with real-time processes).
    const wanted = ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids'].filter((name) => available.includes(name));
    const passed = (await readFile(join(folder, 'cgroup.subtree_control'), 'utf8')).trim().split(' ');
    const missing = wanted.filter((name) => !passed.includes(name));
    if (missing.length > 0)
      await writeFile(join(folder, 'cgroup.subtree_control'), missing.map((name) => `+${name}`).join(' '));
    folder = join(folder, part);
    await mkdir(folder, { recursive: true });
  }
}

async function removeTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  await rmdir(folder).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    },
  );
}
