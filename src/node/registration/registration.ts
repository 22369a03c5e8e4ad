import { statfsSync } from 'node:fs';
import { hostname } from 'node:os';
import { node as nodeKind } from '../../api/core/node.ts';
import type {
  ContainerImage,
  Node,
  NodeStatus,
  NodeSystemInfo,
  Taint,
} from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import { type Clock, pause } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Cri } from '../runtime/cri.ts';
import type { NodeSettings } from '../settings.ts';
import { nodeConditions } from './conditions.ts';
import { allocatableOf, capacityOf, goArchitecture, readPressure, systemInfo } from './facts.ts';
import { keepLease } from './lease.ts';

export interface RegistrationOptions {
  readonly client: Client;
  readonly events: EventRecorder;
  readonly cri: Cri;
  readonly nodeName: string;
  readonly nodeIps: readonly string[];
  readonly dataDir: string;
  /** Set at every start, beside those of the machine. */
  readonly labels: Readonly<Record<string, string>>;
  /** Set when the node is new. */
  readonly taints: readonly Taint[];
  /** `v1.36.0+k3ts1`. */
  readonly kubeletVersion: string;
  readonly kubeletPort: number;
  readonly settings: NodeSettings;
  readonly clock: Clock;
  readonly log: Logger;
  /** Why the node is not ready, in one line. */
  problem(): string | undefined;
  onPodCidr(cidrs: readonly string[]): Promise<void>;
}

const retryMs = 500;
/** A status that says nothing new is written this often. */
const repeatEveryMs = 300_000;
const maxImages = 50;

/** Keeps the node's object and lease. */
export class NodeRegistration {
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly #options: RegistrationOptions;
  readonly #stopped = new AbortController();
  readonly #tasks: Promise<void>[] = [];
  #node: Node | undefined;
  #info: NodeSystemInfo | undefined;
  #wake: (() => void) | undefined;
  #pending = false;
  #sent = '';
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #cidrs = '';
  #unsubscribe: (() => void) | undefined;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    const { blocks, bsize } = statfsSync(options.dataDir);
    this.capacity = capacityOf(blocks * bsize, options.settings.maxPods);
    this.allocatable = allocatableOf(blocks * bsize, options.settings);
    this.labels = { ...machineLabels(options.nodeName), ...options.labels };
  }

  start(): void {
    const { client, clock, log, nodeName } = this.#options;
    const { signal } = this.#stopped;
    const view = client.view(nodeKind, { fieldSelector: `metadata.name=${nodeName}` });
    this.#unsubscribe = view.onChange(({ type, object }) => {
      if (type === 'deleted') {
        this.#node = undefined; // deleted by hand: it registers again
        this.#sent = '';
        this.changed();
      } else this.#noteNode(object);
    });
    this.#tasks.push(this.#loop(), keepLease({ client, node: () => this.#node, nodeName, clock, log, signal }));
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the node agent is stopping'));
    this.#unsubscribe?.();
    this.#wake?.();
    await Promise.all(this.#tasks);
  }

  /** The uid of the node's object; undefined: it has not registered. */
  get nodeUid(): string | undefined {
    return this.#node?.metadata.uid;
  }

  /** The node's readiness or images may have changed: looks now instead of at the next check. */
  changed(): void {
    this.#pending = true;
    this.#wake?.();
  }

  async #loop(): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      let waitMs = this.#options.settings.statusEveryMs;
      this.#pending = false;
      try {
        if (!this.#node) this.#noteNode(await this.#register());
        await this.#publish();
      } catch (error) {
        if (signal.aborted) return;
        waitMs = retryMs;
        log.warn('cannot publish the node', { error });
      }
      if (!this.#pending) await this.#pause(waitMs);
    }
  }

  async #pause(ms: number): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort(new Error('woken'));
    const signal = AbortSignal.any([woken.signal, this.#stopped.signal]);
    await pause(this.#options.clock, ms, signal); // woken or stopped: both end the wait
    this.#wake = undefined;
  }

  #noteNode(node: Node): void {
    this.#node = node;
    const cidrs = node.spec?.podCIDRs ?? (node.spec?.podCIDR ? [node.spec.podCIDR] : []);
    if (cidrs.length === 0 || cidrs.join() === this.#cidrs) return;
    this.#cidrs = cidrs.join();
    const { onPodCidr, log } = this.#options;
    onPodCidr(cidrs).then(
      () => this.changed(),
      (error: unknown) => {
        this.#cidrs = ''; // tried again with the next change or check of the node
        log.error('cannot set up the network of the node', { podCidrs: cidrs.join(), error });
        this.changed();
      },
    );
  }

  /** Finds or makes the node's object; labels of ours are set, others stay. */
  async #register(): Promise<Node> {
    const { client, nodeName, taints } = this.#options;
    const { signal } = this.#stopped;
    try {
      const found = await client.get(nodeKind, { name: nodeName }, { signal });
      const missing = Object.entries(this.labels).some(([key, value]) => found.metadata.labels?.[key] !== value);
      if (!missing) return found;
      return await client.patch(
        nodeKind,
        { name: nodeName },
        { type: 'merge', body: { metadata: { labels: this.labels } } },
        { signal },
      );
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error;
    }
    const status = await this.#status(undefined);
    const annotations = { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' };
    const node = await client.create(
      nodeKind,
      {
        metadata: { name: nodeName, labels: this.labels, annotations },
        spec: { ...(taints.length > 0 && { taints }) },
        status,
      },
      { signal },
    );
    this.#options.events.record(node, { type: 'Normal', reason: 'Starting', message: 'Starting kubelet.' });
    return node;
  }

  async #publish(): Promise<void> {
    const { client, nodeName, clock, events } = this.#options;
    const old = this.#node?.status;
    const status = await this.#status(old);
    const text = JSON.stringify({
      ...status,
      conditions: (status.conditions ?? []).map(({ lastHeartbeatTime: _, ...rest }) => rest),
    });
    if (text === this.#sent && clock.monotonic() - this.#sentAtMs < repeatEveryMs) return;
    const body = { status: { ...status, addresses: [...(status.addresses ?? []), { $patch: 'replace' }] } };
    const patched = await client.patch(
      nodeKind,
      { name: nodeName },
      { type: 'strategic', body },
      { subresource: 'status', signal: this.#stopped.signal },
    );
    this.#sent = text;
    this.#sentAtMs = clock.monotonic();
    const readiness = (conditions: NodeStatus['conditions']) =>
      conditions?.find(({ type }) => type === 'Ready')?.status;
    if (readiness(old?.conditions) !== readiness(status.conditions)) {
      const reason = readiness(status.conditions) === 'True' ? 'NodeReady' : 'NodeNotReady';
      events.record(patched, { type: 'Normal', reason, message: `Node ${nodeName} status is now: ${reason}` });
    }
    this.#noteNode(patched);
  }

  async #status(old: NodeStatus | undefined): Promise<NodeStatus> {
    const { cri, clock, dataDir, nodeIps, nodeName, kubeletPort, settings } = this.#options;
    const { signal } = this.#stopped;
    const [info, pressure, images, runtime] = await Promise.all([
      this.#systemInfo(),
      readPressure(dataDir, settings.evictionHard),
      cri.call('ListImages', {}, { signal }).then(
        ({ images: found }) => found,
        () => undefined,
      ), // a dead runtime is the node's `problem`, not this one's
      cri.call('Status', {}, { signal }).then(
        (status) => status,
        () => undefined,
      ), // the same
    ]);
    const conditions = nodeConditions(
      { pressure, problem: this.#options.problem() },
      old?.conditions ?? [],
      clock.now(),
    );
    return {
      addresses: [
        ...nodeIps.map((address) => ({ type: 'InternalIP', address })),
        { type: 'Hostname', address: nodeName },
      ],
      allocatable: this.allocatable,
      capacity: this.capacity,
      conditions,
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      images: images
        ? images
            .map(toContainerImage)
            .toSorted((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))
            .slice(0, maxImages)
        : (old?.images ?? []),
      nodeInfo: info,
      ...(runtime && {
        runtimeHandlers: runtime.runtimeHandlers.map(({ name, features }) => ({ name, ...(features && { features }) })),
        features: { supplementalGroupsPolicy: runtime.features?.supplementalGroupsPolicy ?? false },
      }),
    };
  }

  async #systemInfo(): Promise<NodeSystemInfo> {
    if (this.#info) return this.#info;
    const { cri, kubeletVersion } = this.#options;
    const { runtimeName, runtimeVersion } = await cri.call('Version', {}, { signal: this.#stopped.signal });
    // Debian's builds end in `+unknown`.
    const runtime = `${runtimeName}://${runtimeVersion.replace(/^v/, '').replace(/\+unknown$/, '')}`;
    this.#info = await systemInfo({ kubeletVersion, runtime });
    return this.#info;
  }
}

function toContainerImage(image: {
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly size: number;
}): ContainerImage {
  return { names: [...image.repoDigests, ...image.repoTags], sizeBytes: image.size };
}

function machineLabels(nodeName: string): Record<string, string> {
  const architecture = goArchitecture();
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/instance-type': 'k3ts',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': nodeName || hostname(),
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': 'k3ts',
  };
}
