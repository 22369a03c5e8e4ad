import type {
  ConfigMap,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Volume,
} from '../../api/schema/generated/types/core-v1.ts';
import type { Clock } from '../../base/clock.ts';
import type { NodeFacts } from '../pods/downward.ts';

export type { Pod, Volume };

/** Objects that pods name. Undefined: there is no such object. Rejects when it cannot be asked for. */
export interface ObjectSource {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  claim(namespace: string, name: string): Promise<PersistentVolumeClaim | undefined>;
  persistentVolume(name: string): Promise<PersistentVolume | undefined>;
  /** A token of the pod's service account, bound to the pod. */
  token(
    pod: Pod,
    options: { readonly audience: string | undefined; readonly expirationSeconds: number },
  ): Promise<ServiceToken>;
}

export interface ServiceToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

export interface VolumeContext {
  readonly pod: Pod;
  readonly volume: Volume;
  /** A folder on disk for this volume alone; not made yet. */
  readonly folder: string;
  /** The same in memory, for what must not reach the disk. */
  readonly memoryFolder: string;
  readonly objects: ObjectSource;
  readonly facts: NodeFacts;
  readonly podIps: readonly string[];
  readonly clock: Clock;
  /** Tokens that the pod's volumes hold, so that a refresh of another source does not ask for new ones. */
  readonly tokens: Map<string, HeldToken>;
}

export interface HeldToken {
  readonly token: string;
  readonly refreshAtMs: number;
}

export interface PreparedVolume {
  readonly path: string;
  /** The volume may not be written whatever the mount says. */
  readonly readOnly?: boolean;
  /** Writes newer content, if there is any. Returns when it wants to be called next at the latest. */
  readonly refresh?: (context: VolumeContext) => Promise<number | undefined>;
  /** When `refresh` is to be called although nothing changed: a token before it expires. */
  readonly refreshAtMs?: number;
}

/** One kind of volume. `prepare` is called again after a restart of the agent and must find its own work. */
export interface VolumeKind {
  /** The member of the volume that chooses this kind. */
  readonly source: keyof Volume;
  prepare(context: VolumeContext): Promise<PreparedVolume>;
  /** Undoes what `prepare` did outside `folder` and `memoryFolder`, which the caller removes. */
  remove?(context: Pick<VolumeContext, 'pod' | 'volume' | 'folder' | 'memoryFolder'>): Promise<void>;
}

/** A volume cannot be made now; the pod waits, and the message goes into a FailedMount event. */
export class VolumeError extends Error {
  constructor(volumeName: string, message: string, options?: { cause?: unknown }) {
    super(`MountVolume.SetUp failed for volume "${volumeName}" : ${message}`, options);
    this.name = 'VolumeError';
  }
}
