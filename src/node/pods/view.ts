import type { Cri } from '../runtime/cri.ts';
import { isRuntimeError } from '../runtime/errors.ts';
import type { ContainerStatus, PodSandbox } from '../runtime/generated/cri.ts';
import { annotationNames, labelNames } from './labels.ts';
import type { ContainerState, ContainerView, PodView, SandboxView } from './types.ts';

/** Reads the termination message of an ended container. */
export type TerminationMessages = (status: ContainerStatus) => Promise<string>;

/** Reads pods from the runtime; what does not change (running and ended containers, addresses) is asked for once. */
export class RuntimeViews {
  readonly #cri: Cri;
  readonly #messages: TerminationMessages;
  /** Ended containers do not change any more; running ones only by ending. */
  readonly #settled = new Map<string, ContainerView>();
  readonly #addresses = new Map<string, readonly string[]>();

  constructor(cri: Cri, messages: TerminationMessages) {
    this.#cri = cri;
    this.#messages = messages;
  }

  /** The pod with this uid as it is now; undefined when the runtime has nothing of it. */
  async read(uid: string, signal: AbortSignal): Promise<PodView | undefined> {
    return (await this.#query({ [labelNames.podUid]: uid }, signal)).get(uid);
  }

  /** All pods that the runtime has, by uid. */
  readAll(signal: AbortSignal): Promise<ReadonlyMap<string, PodView>> {
    return this.#query({}, signal);
  }

  async #query(labelSelector: Record<string, string>, signal: AbortSignal): Promise<Map<string, PodView>> {
    const [sandboxes, containers] = await Promise.all([
      this.#cri.call('ListPodSandbox', { filter: { labelSelector } }, { signal }),
      this.#cri.call('ListContainers', { filter: { labelSelector } }, { signal }),
    ]);
    const views = new Map<string, { -readonly [Key in keyof PodView]: PodView[Key] }>();
    const viewOf = (labels: Readonly<Record<string, string>>) => {
      const uid = labels[labelNames.podUid];
      if (uid === undefined) return undefined; // not made by a node agent
      let view = views.get(uid);
      if (!view) {
        const [name, namespace] = [labels[labelNames.podName] ?? '', labels[labelNames.podNamespace] ?? ''];
        view = { uid, name, namespace, sandboxes: [], containers: [] };
        views.set(uid, view);
      }
      return view;
    };
    const reads = [
      ...sandboxes.items.map(async (item) => {
        const view = viewOf(item.labels);
        const sandbox = view && (await this.#sandbox(item, signal));
        if (view && sandbox) view.sandboxes = [...view.sandboxes, sandbox];
      }),
      ...containers.containers.map(async (item) => {
        const view = viewOf(item.labels);
        const known = this.#settled.get(item.id);
        const settled = known?.state === states[item.state] ? known : undefined;
        const container = view && (settled ?? (await this.#container(item.id, item.podSandboxId, signal)));
        if (view && container) view.containers = [...view.containers, container];
      }),
    ];
    await Promise.all(reads);
    for (const view of views.values()) {
      view.sandboxes = view.sandboxes.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
      view.containers = view.containers.toSorted((a, b) => b.createdAtMs - a.createdAtMs || b.attempt - a.attempt);
    }
    return views;
  }

  async #sandbox(item: PodSandbox, signal: AbortSignal): Promise<SandboxView | undefined> {
    const ready = item.state === 'SANDBOX_READY';
    let ips = this.#addresses.get(item.id);
    if (ips === undefined && ready) {
      const found = await this.#unlessGone(this.#cri.call('PodSandboxStatus', { podSandboxId: item.id }, { signal }));
      if (!found?.status) return undefined;
      const network = found.status.network;
      ips = [network?.ip ?? '', ...(network?.additionalIps ?? []).map(({ ip }) => ip)].filter((ip) => ip !== '');
      this.#addresses.set(item.id, ips);
    }
    const attempt = item.metadata?.attempt ?? 0;
    return { id: item.id, attempt, ready, createdAtMs: item.createdAt / 1e6, ips: ips ?? [] };
  }

  async #container(id: string, sandboxId: string, signal: AbortSignal): Promise<ContainerView | undefined> {
    const found = await this.#unlessGone(this.#cri.call('ContainerStatus', { containerId: id }, { signal }));
    if (!found?.status) return undefined;
    const ended = found.status.state === 'CONTAINER_EXITED';
    const message = ended ? await this.#messages(found.status) : '';
    const view = toContainerView(found.status, sandboxId, message);
    if (view.state === 'exited' || view.state === 'running') this.#settled.set(id, view);
    return view;
  }

  async #unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (isRuntimeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  /** Whether two views of a pod differ in what matters to its worker. */
  static differ(a: PodView | undefined, b: PodView | undefined): boolean {
    const text = (view: PodView | undefined) =>
      JSON.stringify([
        view?.sandboxes.map(({ id, ready }) => [id, ready]),
        view?.containers.map(({ id, state }) => [id, state]),
      ]);
    return text(a) !== text(b);
  }

  /** Forgets what was kept of removed containers and sandboxes. */
  forget(id: string): void {
    this.#settled.delete(id);
    this.#addresses.delete(id);
  }
}

const states: Readonly<Record<ContainerStatus['state'], ContainerState>> = {
  CONTAINER_CREATED: 'created',
  CONTAINER_RUNNING: 'running',
  CONTAINER_EXITED: 'exited',
  CONTAINER_UNKNOWN: 'unknown',
};

function toContainerView(status: ContainerStatus, sandboxId: string, message: string): ContainerView {
  return {
    id: status.id,
    name: status.labels[labelNames.containerName] ?? status.metadata?.name ?? '',
    sandboxId,
    attempt: status.metadata?.attempt ?? 0,
    state: states[status.state],
    createdAtMs: status.createdAt / 1e6,
    startedAtMs: status.startedAt / 1e6,
    finishedAtMs: status.finishedAt / 1e6,
    exitCode: status.exitCode,
    reason: status.reason,
    message: message || status.message,
    image: status.image?.userSpecifiedImage || (status.image?.image ?? ''),
    imageId: status.imageId || status.imageRef,
    specHash: status.annotations[annotationNames.specHash] ?? '',
    logPath: status.logPath,
    resources: status.resources?.linux,
    user: status.user?.linux,
  };
}
