import { type Amounts, addAmounts, amountsOf, podRequests, subtractAmounts } from '../api/core/resource-amounts.ts';
import type {
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../api/schema/generated/types/core-v1.ts';
import type { StorageClass } from '../api/schema/generated/types/storage-v1.ts';

/** A node with the pods that are on it, or that were promised to it, and what they use. */
export interface NodeInfo {
  readonly node: Node;
  readonly name: string;
  readonly pods: ReadonlyMap<string, Pod>;
  /** Those of `pods` that have pod affinity or anti-affinity themselves. */
  readonly affinityPods: ReadonlyMap<string, Pod>;
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
  readonly pods: Map<string, Pod>;
  readonly affinityPods: Map<string, Pod>;
  readonly requested: Map<string, number>;
  assumed: { milliCpu: number; memoryBytes: number };
  allocatable: Amounts;
  hostPorts: HostPort[];
}

/** The world, kept up to date one change at a time, so that a decision costs nothing but itself. */
export class LiveWorld implements World {
  readonly #nodes = new Map<string, MutableNodeInfo>();
  /** Pods of nodes that are not (yet, or any longer) there. */
  readonly #homeless = new Map<string, Map<string, Pod>>();
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
    for (const pod of waiting?.values() ?? []) this.addPod(pod, name);
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
    const uid = pod.metadata.uid ?? '';
    const info = this.#nodes.get(name);
    if (!info) {
      const waiting = this.#homeless.get(name) ?? new Map<string, Pod>();
      this.#homeless.set(name, waiting.set(uid, pod));
      return;
    }
    this.removePod(uid, name);
    info.pods.set(uid, pod);
    if (pod.spec?.affinity?.podAffinity || pod.spec?.affinity?.podAntiAffinity) info.affinityPods.set(uid, pod);
    addAmounts(info.requested, podRequests(pod));
    const small = assumedRequests(pod);
    info.assumed.milliCpu += small.milliCpu;
    info.assumed.memoryBytes += small.memoryBytes;
    info.hostPorts.push(...hostPortsOf(pod));
  }

  removePod(uid: string, name: string): void {
    this.#homeless.get(name)?.delete(uid);
    const info = this.#nodes.get(name);
    const pod = info?.pods.get(uid);
    if (!info || !pod) return;
    info.pods.delete(uid);
    info.affinityPods.delete(uid);
    subtractAmounts(info.requested, podRequests(pod));
    const small = assumedRequests(pod);
    info.assumed.milliCpu -= small.milliCpu;
    info.assumed.memoryBytes -= small.memoryBytes;
    if (hostPortsOf(pod).length > 0) info.hostPorts = [...info.pods.values()].flatMap(hostPortsOf);
  }
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
