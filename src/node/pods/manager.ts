import { pod as podKind } from '../../api/core/pod.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import type { View } from '../../client/client.ts';
import { recordAbout } from './actions.ts';
import { admit, type NodeRoom } from './admission.ts';
import { Checkpoints } from './checkpoints.ts';
import type { NodeContext } from './context.ts';
import { labelNames } from './labels.ts';
import { isTerminal } from './step.ts';
import type { Pod, PodView } from './types.ts';
import { RuntimeViews } from './view.ts';
import { PodWorker } from './worker.ts';

export interface PodManagerOptions {
  readonly context: NodeContext;
  readonly nodeName: string;
  room(): NodeRoom;
}

const relistMs = 60_000;
const relistWithoutEventsMs = 1_000;

/** Keeps one worker for each pod of this node: those that the API names, those of the checkpoints, those that only the runtime knows. */
export class PodManager {
  readonly #context: NodeContext;
  readonly #options: PodManagerOptions;
  readonly #checkpoints: Checkpoints;
  readonly #workers = new Map<string, PodWorker>();
  readonly #stopped = new AbortController();
  readonly #tasks: Promise<void>[] = [];
  #unsubscribe: (() => void) | undefined;
  #listening = false;
  /** Pods that ran already when this agent began: they were admitted then. */
  #initial: ReadonlyMap<string, PodView> = new Map();

  constructor(options: PodManagerOptions) {
    this.#options = options;
    this.#context = options.context;
    this.#checkpoints = new Checkpoints(options.context.layout.checkpoints, options.context.log);
  }

  /** Takes over what runs, from the checkpoints at once, and follows the API as soon as it answers. */
  async start(signal: AbortSignal): Promise<void> {
    this.#initial = await this.#context.views.readAll(signal);
    for (const pod of await this.#checkpoints.load()) this.#add(pod);
    const view = this.#context.client.view(podKind, { fieldSelector: `spec.nodeName=${this.#options.nodeName}` });
    this.#unsubscribe = view.onChange(({ type, object }) => {
      if (type === 'deleted') this.#gone(object);
      else this.#apply(object);
    });
    this.#tasks.push(this.#followApi(view), this.#followRuntime(), this.#relist());
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the node agent is stopping'));
    this.#unsubscribe?.();
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
    await Promise.all(this.#tasks);
    await this.#checkpoints.settled();
  }

  /** All pods with the status that this node has found. */
  list(): readonly Pod[] {
    return [...this.#workers.values()].map(({ pod }) => pod);
  }

  find(namespace: string, name: string): PodWorker | undefined {
    return [...this.#workers.values()].find(
      ({ pod }) => pod.metadata.name === name && pod.metadata.namespace === namespace,
    );
  }

  byUid(uid: string): PodWorker | undefined {
    return this.#workers.get(uid);
  }

  /** Wakes everybody: the network became ready, an image was imported. */
  wakeAll(): void {
    for (const worker of this.#workers.values()) worker.wake();
  }

  async #followApi(view: View<Pod>): Promise<void> {
    try {
      await Promise.all([view.ready(this.#stopped.signal), this.#context.servicesReady(this.#stopped.signal)]);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      throw error;
    }
    const wanted = new Set<string>();
    // The oldest first: they were here first when room is short.
    const pods = view
      .list()
      .toSorted((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1));
    for (const pod of pods) {
      wanted.add(pod.metadata.uid ?? '');
      this.#apply(pod);
    }
    for (const [uid, worker] of this.#workers) if (!wanted.has(uid)) this.#gone(worker.pod);
    for (const [uid, found] of this.#initial) if (!wanted.has(uid) && !this.#workers.has(uid)) this.#endUnknown(found);
  }

  #apply(pod: Pod): void {
    const worker = this.#workers.get(pod.metadata.uid ?? '');
    this.#checkpoint(pod);
    if (worker) worker.update(pod);
    else this.#add(pod);
  }

  #checkpoint(pod: Pod): void {
    if (isTerminal(pod)) this.#checkpoints.remove(pod.metadata.uid ?? '');
    else this.#checkpoints.save(pod);
  }

  #add(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const taken = this.#initial.has(uid) || isTerminal(pod) || pod.metadata.deletionTimestamp !== undefined;
    const rejection = taken ? undefined : admit(pod, this.list(), this.#options.room());
    if (rejection) recordAbout(this.#context, pod, undefined, { type: 'Warning', ...rejection });
    const worker = new PodWorker(this.#context, pod, {
      ...(rejection && { rejection }),
      hooks: { onGone: (gone) => this.#forget(gone) },
    });
    this.#workers.set(uid, worker);
    if (pod.metadata.deletionTimestamp !== undefined) worker.update(pod);
    else worker.wake();
  }

  /** The object is gone from the API, by force or behind our back: its containers end with the grace it had. */
  #gone(pod: Pod): void {
    const worker = this.#workers.get(pod.metadata.uid ?? '');
    if (!worker) return;
    const graceSeconds = pod.metadata.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
    worker.update(asDeleted(pod, graceSeconds, this.#context.clock));
  }

  #endUnknown(found: PodView): void {
    const { uid, name, namespace } = found;
    this.#context.log.info('ending a pod that nobody knows any more', { pod: name, namespace, uid });
    const stub: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { uid, name, namespace }, spec: { containers: [] } };
    this.#add(asDeleted(stub, 30, this.#context.clock));
  }

  #forget(uid: string): void {
    const worker = this.#workers.get(uid);
    this.#workers.delete(uid);
    this.#checkpoints.remove(uid);
    // Not awaited: this is called from the worker's own last action.
    void worker?.stop();
  }

  /** Runtime events wake the pod they are about; without events the list is read every second. */
  async #followRuntime(): Promise<void> {
    const { cri, clock, log } = this.#context;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        this.#listening = true;
        this.wakeAll();
        for await (const event of cri.events(signal)) {
          const uid = event.podSandboxStatus?.metadata?.uid;
          const labelled =
            event.podSandboxStatus?.labels[labelNames.podUid] ?? event.containersStatuses[0]?.labels[labelNames.podUid];
          this.#workers.get(labelled ?? uid ?? '')?.wake();
        }
      } catch (error) {
        log.warn('the runtime sends no events', { error });
      }
      this.#listening = false;
      if (!signal.aborted) await pause(clock, relistWithoutEventsMs, signal);
    }
  }

  async #relist(): Promise<void> {
    const { clock } = this.#context;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await pause(clock, this.#listening ? relistMs : relistWithoutEventsMs, signal);
      if (signal.aborted) return;
      try {
        const views = await this.#context.views.readAll(signal);
        for (const [uid, worker] of this.#workers) if (RuntimeViews.differ(worker.view, views.get(uid))) worker.wake();
      } catch (error) {
        if (!signal.aborted) this.#context.log.warn('cannot list the pods of the runtime', { error });
      }
    }
  }
}

function asDeleted(pod: Pod, graceSeconds: number, clock: Clock): Pod {
  const deletionTimestamp = pod.metadata.deletionTimestamp ?? new Date(clock.now()).toISOString();
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp, deletionGracePeriodSeconds: graceSeconds } };
}

/** A sleep that the end of the signal cuts short. */
async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await sleep(clock, ms, signal).catch(() => undefined); // only the signal ends a sleep early
}
