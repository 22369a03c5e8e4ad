import type { Service } from '../../api/schema/generated/types/core-v1.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Images } from '../images/images.ts';
import type { AgentLayout } from '../runtime/containerd-config.ts';
import type { Cri } from '../runtime/cri.ts';
import type { Semaphore } from '../semaphore.ts';
import type { ObjectSource } from '../volumes/volume.ts';
import type { Volumes } from '../volumes/volumes.ts';
import type { Cgroups } from './cgroups.ts';
import type { ClusterResolver } from './dns.ts';
import type { NodeFacts } from './downward.ts';
import type { Pod } from './types.ts';
import type { RuntimeViews } from './view.ts';

/** What every pod's worker shares. */
export interface NodeContext {
  readonly client: Client;
  readonly cri: Cri;
  readonly views: RuntimeViews;
  readonly images: Images;
  readonly volumes: Volumes;
  readonly cgroups: Cgroups;
  readonly objects: ObjectSource;
  readonly events: EventRecorder;
  readonly resolver: ClusterResolver;
  readonly facts: NodeFacts;
  readonly layout: AgentLayout;
  readonly clock: Clock;
  readonly log: Logger;
  readonly machineMemoryBytes: number;
  /** Bounds how many pods work on the runtime at once. */
  readonly slots: Semaphore;
  services(namespace: string): readonly Service[];
  /** Resolves when `services` knows them all. */
  servicesReady(signal: AbortSignal): Promise<void>;
  /** Forgets what was kept of the API for pods other than these. */
  forgetObjects(pods: () => readonly Pod[]): Promise<void>;
  /** The runtime's name for a RuntimeClass. Undefined: there is no such class. */
  runtimeHandler(runtimeClassName: string): Promise<string | undefined>;
  /** Why pods with their own network cannot start now; undefined when they can. */
  networkProblem(): string | undefined;
}
