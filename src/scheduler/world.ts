import { type Amounts, addAmounts, amountsOf, podRequests, subtractAmounts } from '../api/core/resource-amounts.ts';
import type {
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
} from '../api/schema/generated/types/core-v1.ts';
import type { StorageClass } from '../api/schema/generated/types/storage-v1.ts';

/** What decisions look at in a pod that has its node. The pods themselves are not kept: there may be very many. */
export interface PlacedPod {
  readonly metadata: Pick<Pod['metadata'], 'name' | 'namespace' | 'labels' | 'deletionTimestamp'>;
  readonly spec: Pick<PodSpec, 'affinity'>;
  readonly requests: Amounts;
  readonly assumed: { readonly milliCpu: number; readonly memoryBytes: number };
  readonly hostPorts: readonly HostPort[];
}

/** A node with the pods that are on it, or that were promised to it, and what they use. */
export interface NodeInfo {
  readonly node: Node;
  readonly name: string;
  readonly pods: ReadonlyMap<string, PlacedPod>;
  /** Those of `pods` that have pod affinity or anti-affinity themselves. */
  readonly affinityPods: ReadonlyMap<string, PlacedPod>;
  readonly requested: Amounts;
  /** As `requested`, with small amounts assumed for containers that ask for nothing, so that they spread. */
  readonly assumed: { readonly milliCpu: number; readonly memoryBytes: number };
  readonly allocatable: Amounts;
  readonly hostPorts: readonly HostPort[];
}

export interface HostPort {
  readonly address: string;
  readonly protocol: string;
  readonly port: number;
}

/** What a scheduling decision looks at. */
export interface World {
  readonly nodes: readonly NodeInfo[];
  node(name: string): NodeInfo | undefined;
  namespaceLabels(name: string): Readonly<Record<string, string>>;
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumes(): readonly PersistentVolume[];
  storageClass(name: string): StorageClass | undefined;
}

export interface WorldLookups {
  namespace(name: string): Namespace | undefined;
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumes(): readonly PersistentVolume[];
  storageClass(name: string): StorageClass | undefined;
}

/** Upstream's assumption for a container without requests. */
const assumedMilliCpu = 100;
const assumedMemoryBytes = 200 * 1024 * 1024;

interface MutableNodeInfo extends NodeInfo {
  node: Node;
  readonly pods: Map<string, PlacedPod>;
  readonly affinityPods: Map<string, PlacedPod>;
  readonly requested: Map<string, number>;
  assumed: { milliCpu: number; memoryBytes: number };
  allocatable: Amounts;
  hostPorts: HostPort[];
}

/** The world, kept up to date one change at a time, so that a decision costs nothing but itself. */
export class LiveWorld implements World {
  readonly #nodes = new Map<string, MutableNodeInfo>();
  /** Pods of nodes that are not (yet, or any longer) there. */
  readonly #homeless = new Map<string, Map<string, PlacedPod>>();
  readonly #lookups: WorldLookups;
  #list: readonly NodeInfo[] | undefined;

  constructor(lookups: WorldLookups) {
    this.#lookups = lookups;
  }

  get nodes(): readonly NodeInfo[] {
    this.#list ??= [...this.#nodes.values()];
    return this.#list;
  }

  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  namespaceLabels(name: string): Readonly<Record<string, string>> {
    return this.#lookups.namespace(name)?.metadata.labels ?? {};
  }

  claim(namespace: string, name: string): PersistentVolumeClaim | undefined {
    return this.#lookups.claim(namespace, name);
  }

  volume(name: string): PersistentVolume | undefined {
    return this.#lookups.volume(name);
  }

  volumes(): readonly PersistentVolume[] {
    return this.#lookups.volumes();
  }

  storageClass(name: string): StorageClass | undefined {
    return this.#lookups.storageClass(name);
  }

  setNode(node: Node): void {
    const name = node.metadata.name ?? '';
    const allocatable = amountsOf(node.status?.allocatable);
    const known = this.#nodes.get(name);
    if (known) {
      known.node = node;
      known.allocatable = allocatable;
      return;
    }
    this.#nodes.set(name, {
      node,
      name,
      allocatable,
      pods: new Map(),
      affinityPods: new Map(),
      requested: new Map(),
      assumed: { milliCpu: 0, memoryBytes: 0 },
      hostPorts: [],
    });
    this.#list = undefined;
    const waiting = this.#homeless.get(name);
    this.#homeless.delete(name);
    for (const [uid, pod] of waiting ?? []) this.#put(uid, pod, name);
  }

  removeNode(name: string): void {
    const known = this.#nodes.get(name);
    if (!known) return;
    this.#nodes.delete(name);
    this.#list = undefined;
    if (known.pods.size > 0) this.#homeless.set(name, known.pods);
  }

  /** `pod` uses room on the node `name` from now on; a pod already there is replaced. */
  addPod(pod: Pod, name: string): void {
    this.#put(pod.metadata.uid ?? '', placed(pod), name);
  }

  #put(uid: string, pod: PlacedPod, name: string): void {
    const info = this.#nodes.get(name);
    if (!info) {
      const waiting = this.#homeless.get(name) ?? new Map<string, PlacedPod>();
      this.#homeless.set(name, waiting.set(uid, pod));
      return;
    }
    this.removePod(uid, name);
    info.pods.set(uid, pod);
    if (pod.spec.affinity?.podAffinity || pod.spec.affinity?.podAntiAffinity) info.affinityPods.set(uid, pod);
    addAmounts(info.requested, pod.requests);
    info.assumed.milliCpu += pod.assumed.milliCpu;
    info.assumed.memoryBytes += pod.assumed.memoryBytes;
    info.hostPorts.push(...pod.hostPorts);
  }

  removePod(uid: string, name: string): void {
    this.#homeless.get(name)?.delete(uid);
    const info = this.#nodes.get(name);
    const pod = info?.pods.get(uid);
    if (!info || !pod) return;
    info.pods.delete(uid);
    info.affinityPods.delete(uid);
    subtractAmounts(info.requested, pod.requests);
    info.assumed.milliCpu -= pod.assumed.milliCpu;
    info.assumed.memoryBytes -= pod.assumed.memoryBytes;
    if (pod.hostPorts.length > 0) info.hostPorts = [...info.pods.values()].flatMap(({ hostPorts }) => hostPorts);
  }
}

function placed(pod: Pod): PlacedPod {
  const { name, namespace, labels, deletionTimestamp } = pod.metadata;
  const affinity = pod.spec?.affinity;
  return {
    metadata: {
      ...(name && { name }),
      ...(namespace && { namespace }),
      ...(labels && { labels }),
      ...(deletionTimestamp && { deletionTimestamp }),
    },
    spec: affinity ? { affinity } : {},
    requests: podRequests(pod),
    assumed: assumedRequests(pod),
    hostPorts: hostPortsOf(pod),
  };
}

/** CPU and memory of a pod where containers that ask for nothing count a little. */
export function assumedRequests(pod: Pod): { milliCpu: number; memoryBytes: number } {
  const requests = podRequests(pod);
  const silent = (name: string) =>
    (pod.spec?.containers ?? []).filter((container) => container.resources?.requests?.[name] === undefined).length;
  return {
    milliCpu: (requests.get('cpu') ?? 0) + silent('cpu') * assumedMilliCpu,
    memoryBytes: (requests.get('memory') ?? 0) + silent('memory') * assumedMemoryBytes,
  };
}

export function hostPortsOf(pod: Pod): readonly HostPort[] {
  const containers = [
    ...(pod.spec?.containers ?? []),
    ...(pod.spec?.initContainers ?? []).filter((one) => one.restartPolicy === 'Always'),
  ];
  return containers.flatMap((container) =>
    (container.ports ?? []).flatMap(({ hostPort, hostIP, protocol }) =>
      hostPort ? [{ address: hostIP || '0.0.0.0', protocol: protocol ?? 'TCP', port: hostPort }] : [],
    ),
  );
}
