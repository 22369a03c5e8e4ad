import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../../base/errors.ts';
import type { NodeAgent } from '../agent.ts';
import type { ContainerView, Pod } from '../pods/types.ts';
import type {
  ContainerStats as CriContainerStats,
  PodSandboxStats as CriPodStats,
  ImageFsInfoResponse,
} from '../runtime/generated/cri.ts';
import { type FsUsage, type HostUsage, readFs, readHost } from './host.ts';

export type StatsAgent = Pick<NodeAgent, 'cri' | 'layout' | 'podByUid' | 'findContainer'>;

/** A running container: what the runtime measured, and what the agent knows. */
export interface ContainerReading {
  readonly view: ContainerView;
  readonly stats: CriContainerStats;
  readonly logBytes: number;
}

export interface PodReading {
  readonly pod: Pod;
  readonly stats: CriPodStats;
  readonly containers: readonly ContainerReading[];
}

/** Everything that was read at one time. */
export interface Reading {
  readonly atMs: number;
  readonly host: HostUsage;
  readonly fs: FsUsage;
  readonly imageFs: FsUsage;
  readonly images: ImageFsInfoResponse;
  readonly pods: readonly PodReading[];
}

/** Takes no signal: several may wait for it, and every call has a deadline. */
export async function readAll(agent: StatsAgent, atMs: number): Promise<Reading> {
  const { layout, cri } = agent;
  const [host, fs, imageFs, images, { stats }] = await Promise.all([
    readHost(),
    readFs(layout.agent),
    readFs(layout.containerdRoot),
    cri.call('ImageFsInfo', {}),
    cri.call('ListPodSandboxStats', {}),
  ]);
  const pods = await Promise.all(newestByPod(stats).map((one) => readPod(agent, one)));
  return { atMs, host, fs, imageFs, images, pods: pods.filter((pod) => pod !== undefined) };
}

/** A pod may have a sandbox that has ended beside the present one. */
function newestByPod(stats: readonly CriPodStats[]): readonly CriPodStats[] {
  const newest = new Map<string, CriPodStats>();
  for (const one of stats) {
    const { uid = '', attempt = 0 } = one.attributes?.metadata ?? {};
    if (attempt >= (newest.get(uid)?.attributes?.metadata?.attempt ?? 0)) newest.set(uid, one);
  }
  return [...newest.values()];
}

async function readPod(agent: StatsAgent, stats: CriPodStats): Promise<PodReading | undefined> {
  const { uid = '', namespace = '', name = '' } = stats.attributes?.metadata ?? {};
  const pod = agent.podByUid(uid);
  if (!pod) return undefined;
  const containers = await Promise.all(
    (stats.linux?.containers ?? []).map(async (one): Promise<ContainerReading | undefined> => {
      const view = agent.findContainer(namespace, name, one.attributes?.metadata?.name ?? '')?.container;
      if (view?.state !== 'running' || view.id !== one.attributes?.id) return undefined;
      return { view, stats: one, logBytes: await sizeOf(dirname(view.logPath)) };
    }),
  );
  return { pod, stats, containers: containers.filter((container) => container !== undefined) };
}

/** The files of a container's log, rotated ones too. */
async function sizeOf(folder: string): Promise<number> {
  try {
    const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0; // rotated or removed while we looked
    throw error;
  }
}
