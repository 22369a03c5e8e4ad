import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Timer } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { claimVolume } from './claim.ts';
import { emptyDirVolume } from './empty-dir.ts';
import { configMapVolume, downwardVolume, projectedVolume, secretVolume } from './file-volumes.ts';
import { hostPathVolume } from './host-path.ts';
import { mount, mountPointsBelow, unmount } from './mount.ts';
import { giveToGroup } from './ownership.ts';
import {
  type HeldToken,
  type Pod,
  type PreparedVolume,
  type Volume,
  type VolumeContext,
  VolumeError,
  type VolumeKind,
} from './volume.ts';

/** Every kind of volume that this node can make; others are refused by name. */
export const volumeKinds: readonly VolumeKind[] = [
  emptyDirVolume,
  hostPathVolume,
  configMapVolume,
  secretVolume,
  downwardVolume,
  projectedVolume,
  claimVolume,
];

export interface VolumesOptions extends Pick<VolumeContext, 'objects' | 'facts' | 'clock'> {
  /** `<data-dir>/agent/pods`: a folder for each pod. */
  readonly podsFolder: string;
  /** A tmpfs is mounted here once; secrets and tokens of all pods lie in it. */
  readonly memoryFolder: string;
  readonly log: Logger;
}

interface HeldPod {
  pod: Pod;
  podIps: readonly string[];
  readonly volumes: Map<string, PreparedVolume>;
  readonly timers: Map<string, Timer>;
  readonly tokens: Map<string, HeldToken>;
}

function holdPod(pod: Pod): HeldPod {
  return { pod, podIps: [], volumes: new Map(), timers: new Map(), tokens: new Map() };
}

/** Content that changed in the API without us being told is found within this time. */
const refreshEveryMs = 60_000;
const retryRefreshMs = 10_000;

/** Makes, refreshes and removes the volumes of pods. */
export class Volumes {
  readonly #options: VolumesOptions;
  readonly #held = new Map<string, HeldPod>();

  constructor(options: VolumesOptions) {
    this.#options = options;
  }

  /** Makes the folders; mounts the shared tmpfs unless an earlier agent did. */
  async open(): Promise<void> {
    const { podsFolder, memoryFolder } = this.#options;
    await mkdir(podsFolder, { recursive: true, mode: 0o750 });
    await mkdir(memoryFolder, { recursive: true, mode: 0o700 });
    if (!(await mountPointsBelow(memoryFolder)).includes(memoryFolder))
      await mount(memoryFolder, { type: 'tmpfs', source: 'k3ts-secrets', flags: ['mode=0711'] });
  }

  /** Stops all refreshing; what is mounted stays for the running containers. */
  close(): void {
    for (const held of this.#held.values()) for (const timer of held.timers.values()) timer.cancel();
    this.#held.clear();
  }

  podFolder(pod: Pod): string {
    return join(this.#options.podsFolder, pod.metadata.uid ?? '');
  }

  /** Makes all volumes of the pod. Throws VolumeError for the first that cannot be made; may be called again. */
  async prepare(pod: Pod): Promise<void> {
    const held = this.#held.get(pod.metadata.uid ?? '') ?? holdPod(pod);
    held.pod = pod;
    this.#held.set(pod.metadata.uid ?? '', held);
    await mkdir(this.podFolder(pod), { recursive: true, mode: 0o750 });
    const results = await Promise.allSettled((pod.spec?.volumes ?? []).map((volume) => this.#prepareOne(held, volume)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #prepareOne(held: HeldPod, volume: Volume): Promise<void> {
    if (held.volumes.has(volume.name)) return;
    const context = this.#context(held, volume);
    const prepared = await this.#kindOf(volume)
      .prepare(context)
      .catch((error: unknown) => {
        if (error instanceof VolumeError) throw error;
        throw new VolumeError(volume.name, toError(error).message, { cause: error });
      });
    const { fsGroup, fsGroupChangePolicy } = held.pod.spec?.securityContext ?? {};
    const owned = volume.emptyDir ?? volume.persistentVolumeClaim;
    if (fsGroup !== undefined && owned && !prepared.readOnly)
      await giveToGroup(prepared.path, fsGroup, {
        readOnly: false,
        onlyIfRootDiffers: fsGroupChangePolicy === 'OnRootMismatch',
      });
    held.volumes.set(volume.name, prepared);
    if (prepared.refresh) this.#scheduleRefresh(held, volume, prepared.refreshAtMs);
  }

  #kindOf(volume: Volume): VolumeKind {
    const found = volumeKinds.find(({ source }) => volume[source] !== undefined);
    if (found) return found;
    const source = Object.keys(volume).find((key) => key !== 'name');
    // A volume without any source is an emptyDir.
    if (source === undefined) return emptyDirVolume;
    const known = volumeKinds.map((kind) => kind.source).join(', ');
    throw new VolumeError(
      volume.name,
      `volumes of type ${source} are not supported by this node; supported are ${known}`,
    );
  }

  #context(held: HeldPod, volume: Volume): VolumeContext {
    const { objects, facts, clock, memoryFolder } = this.#options;
    const part = join(held.pod.metadata.uid ?? '', 'volumes', volume.name);
    return {
      pod: held.pod,
      volume,
      folder: join(this.#options.podsFolder, part),
      memoryFolder: join(memoryFolder, part),
      objects,
      facts,
      podIps: held.podIps,
      clock,
      tokens: held.tokens,
    };
  }

  #scheduleRefresh(held: HeldPod, volume: Volume, atMs: number | undefined): void {
    const { clock, log } = this.#options;
    const delayMs = Math.min(
      refreshEveryMs * (0.9 + Math.random() * 0.2),
      Math.max((atMs ?? Number.POSITIVE_INFINITY) - clock.now(), 1_000),
    );
    held.timers.get(volume.name)?.cancel();
    const onTimer = () => {
      this.#refresh(held, volume).then(
        (next) => held.timers.has(volume.name) && this.#scheduleRefresh(held, volume, next),
        (error: unknown) => {
          log.warn('cannot refresh a volume', { pod: held.pod.metadata.name, volume: volume.name, error });
          if (held.timers.has(volume.name)) this.#scheduleRefresh(held, volume, clock.now() + retryRefreshMs);
        },
      );
    };
    held.timers.set(volume.name, clock.after(delayMs, onTimer));
  }

  async #refresh(held: HeldPod, volume: Volume): Promise<number | undefined> {
    return held.volumes.get(volume.name)?.refresh?.(this.#context(held, volume));
  }

  /** The pod changed (labels, annotations, addresses), or an object it uses did: brings the files up to date now. */
  async update(pod: Pod, podIps: readonly string[]): Promise<void> {
    const held = this.#held.get(pod.metadata.uid ?? '');
    if (!held) return;
    held.pod = pod;
    held.podIps = podIps;
    for (const volume of pod.spec?.volumes ?? []) await this.#refresh(held, volume);
  }

  /** Where a volume of a prepared pod lies on the host. */
  find(pod: Pod, volumeName: string): PreparedVolume | undefined {
    return this.#held.get(pod.metadata.uid ?? '')?.volumes.get(volumeName);
  }

  /** Unmounts and deletes everything of the pod on disk. */
  async remove(pod: Pod): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    const held = this.#held.get(uid) ?? holdPod(pod);
    this.#held.delete(uid);
    for (const timer of held.timers.values()) timer.cancel();
    held.timers.clear();
    await this.removeLeftovers(uid);
  }

  /** The same by uid alone, for pods that nobody remembers. */
  async removeLeftovers(uid: string): Promise<void> {
    for (const root of [this.#options.podsFolder, this.#options.memoryFolder]) {
      const folder = join(root, uid);
      for (const point of await mountPointsBelow(folder)) await unmount(point);
      const left = await mountPointsBelow(folder);
      // Deleting below a mount would delete somebody's data.
      if (left.length > 0)
        throw new Error(`cannot remove the volumes of pod ${uid}: still mounted: ${left.join(', ')}`);
      await rm(folder, { recursive: true, force: true });
    }
  }
}
