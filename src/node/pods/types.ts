import type { Container, EphemeralContainer, Pod, PodStatus } from '../../api/schema/generated/types/core-v1.ts';
import type { LinuxContainerResources, LinuxContainerUser } from '../runtime/generated/cri.ts';

export type { Container, EphemeralContainer, Pod, PodStatus };

/** A sandbox as the runtime reports it. */
export interface SandboxView {
  readonly id: string;
  readonly attempt: number;
  readonly ready: boolean;
  readonly createdAtMs: number;
  /** First the primary address; empty with the host's network. */
  readonly ips: readonly string[];
}

export type ContainerState = 'created' | 'running' | 'exited' | 'unknown';

/** A container as the runtime reports it; what we need after a restart of the agent lies in its labels and annotations. */
export interface ContainerView {
  readonly id: string;
  readonly name: string;
  readonly sandboxId: string;
  /** The restart count. */
  readonly attempt: number;
  readonly state: ContainerState;
  readonly createdAtMs: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
  readonly image: string;
  readonly imageId: string;
  readonly specHash: string;
  readonly logPath: string;
  readonly resources: LinuxContainerResources | undefined;
  readonly user: LinuxContainerUser | undefined;
}

/** All that the runtime has of one pod. */
export interface PodView {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  /** Newest first. */
  readonly sandboxes: readonly SandboxView[];
  /** Newest first. */
  readonly containers: readonly ContainerView[];
}

export function emptyView(uid: string, name: string, namespace: string): PodView {
  return { uid, name, namespace, sandboxes: [], containers: [] };
}

/** Why something could not be done, and when to try again. */
export interface Setback {
  readonly reason: string;
  readonly message: string;
  readonly failures: number;
  readonly retryAtMs: number;
}

/** What a probe found last about one running container. */
export interface ProbeFindings {
  /** Startup probe passed (or there is none). */
  readonly started: boolean;
  readonly ready: boolean;
  /** Set when a liveness or startup probe has failed often enough: the message of the Killing event. */
  readonly failed: { readonly message: string; readonly graceSeconds: number | undefined } | undefined;
}

/** Waiting time before the next start of a container that ended. */
export interface CrashBackoff {
  readonly delayMs: number;
  /** The end of the container that this delay follows. */
  readonly afterFinishMs: number;
}

/** Why the pod is to end, and how long it may take. */
export interface Termination {
  readonly atMs: number;
  readonly graceSeconds: number;
  /** Pod status to keep when the node ended the pod by itself (DeadlineExceeded, Evicted, Preempting). */
  readonly verdict?: { readonly reason: string; readonly message: string };
}

/**
 * What the agent knows of a pod beside the runtime. All of it may be lost: the runtime, the volumes on disk and the
 * pod's published status suffice to go on.
 */
export interface PodMemory {
  readonly volumes: 'missing' | 'ready';
  readonly volumesSetback?: Setback;
  readonly sandboxSetback?: Setback;
  /** Images found present or pulled, by container name. */
  readonly images: ReadonlySet<string>;
  /** By container name: image, configuration, creation and start. */
  readonly containerSetbacks: ReadonlyMap<string, Setback>;
  readonly crashBackoffs: ReadonlyMap<string, CrashBackoff>;
  /** By container id. Absent for a container that the probes have not looked at yet. */
  readonly probes: ReadonlyMap<string, ProbeFindings>;
  /** Containers whose postStart hook is running or has failed. */
  readonly postStart: ReadonlyMap<string, 'running'>;
  readonly termination?: Termination;
  /** The pod was refused by this node; nothing of it was started. */
  readonly rejection?: { readonly reason: string; readonly message: string };
  /** Everything of the pod on this node is gone. */
  readonly cleaned: boolean;
}

export const freshMemory: PodMemory = {
  volumes: 'missing',
  images: new Set(),
  containerSetbacks: new Map(),
  crashBackoffs: new Map(),
  probes: new Map(),
  postStart: new Map(),
  cleaned: false,
};

/** Where a pod is in its life on this node. */
export type PodStage =
  | { readonly stage: 'rejected' }
  | { readonly stage: 'preparing' }
  | { readonly stage: 'initializing' }
  | { readonly stage: 'running' }
  /** Containers are being ended. */
  | { readonly stage: 'terminating' }
  /** All containers have ended for good; sandbox and volumes are being taken away. */
  | { readonly stage: 'finished' }
  /** Nothing is left here. */
  | { readonly stage: 'cleaned' };

export type Action =
  | { readonly type: 'prepareVolumes' }
  | { readonly type: 'createSandbox'; readonly attempt: number }
  | { readonly type: 'ensureImage'; readonly container: Container }
  | {
      readonly type: 'startContainer';
      readonly container: Container;
      readonly attempt: number;
      readonly sandbox: SandboxView;
    }
  | {
      readonly type: 'stopContainer';
      readonly view: ContainerView;
      readonly graceSeconds: number;
      /** Of the Killing event; undefined: no event. */
      readonly message: string | undefined;
    }
  | { readonly type: 'removeContainer'; readonly id: string }
  | { readonly type: 'stopSandbox'; readonly id: string }
  | { readonly type: 'removeSandbox'; readonly id: string }
  | { readonly type: 'cleanUp' }
  | { readonly type: 'removeFromApi' };

export interface Step {
  readonly next: PodStage;
  /** May be carried out together, except `startContainer`s: those one after the other, in order. */
  readonly actions: readonly Action[];
  /** When to look again although nothing happened. */
  readonly recheckAtMs: number | undefined;
  readonly crashBackoffs: ReadonlyMap<string, CrashBackoff>;
}
