import { pod as podKind } from '../../api/core/pod.ts';
import { type Clock, pause } from '../../base/clock.ts';
import type { View } from '../../client/client.ts';
import { mirroredUid } from '../static-pods/manifest.ts';
import type { StaticPodHooks, StaticPods } from '../static-pods/static-pods.ts';
import { recordAbout } from './actions.ts';
import { admit, type NodeRoom } from './admission.ts';
import { Checkpoints } from './checkpoints.ts';
import type { NodeContext } from './context.ts';
import { labelNames } from './labels.ts';
import { removeLeftovers } from './leftovers.ts';
import { isTerminal } from './step.ts';
import type { Pod, PodView } from './types.ts';
import { RuntimeViews } from './view.ts';
import { PodWorker } from './worker.ts';

export interface PodManagerOptions {
  readonly context: NodeContext;
  readonly nodeName: string;
  readonly statics: StaticPods;
  room(): NodeRoom;
}

/** How long a start waits for the API before the checkpoints decide. */
const patienceMs = 3_000;
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
  #following = false;
  /** Pods that ran already when this agent began: they were admitted then. */
  #initial: ReadonlyMap<string, PodView> = new Map();

  constructor(options: PodManagerOptions) {
    this.#options = options;
    this.#context = options.context;
    this.#checkpoints = new Checkpoints(options.context.layout.checkpoints, options.context.log);
  }

  /**
   * Takes over what runs and follows the API. When the API does not answer soon, the pods of the checkpoints are looked
   * after until it does.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { client, clock, views } = this.#context;
    const view = client.view(podKind, { fieldSelector: `spec.nodeName=${this.#options.nodeName}` });
    const [running, saved] = await Promise.all([views.readAll(signal), this.#checkpoints.load()]);
    this.#initial = running;
    await this.#options.statics.start(this.#staticHooks());
    const answered = this.#ready(view).then(() => this.#adopt(view, saved));
    await Promise.race([answered, pause(clock, patienceMs, AbortSignal.any([signal, this.#stopped.signal]))]);
    if (!this.#following) for (const pod of saved) this.#add(pod);
    this.#tasks.push(answered, this.#followRuntime(), this.#relist());
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the node agent is stopping'));
    this.#unsubscribe?.();
    await this.#options.statics.stop();
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

  /** Everybody looks again: the network became ready, or events of the runtime may have been missed. */
  wakeAll(): void {
    for (const worker of this.#workers.values()) worker.runtimeChanged();
  }

  /** There are more images now. */
  retryImages(): void {
    for (const worker of this.#workers.values()) worker.retryImages();
  }

  async #ready(view: View<Pod>): Promise<void> {
    const { signal } = this.#stopped;
    try {
      await Promise.all([view.ready(signal), this.#context.servicesReady(signal)]);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** The API has answered: its pods are those to run; what only the runtime or a checkpoint knows is ended. */
  async #adopt(view: View<Pod>, saved: readonly Pod[]): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#following = true;
    const { statics } = this.#options;
    const wanted = new Set<string>();
    // The oldest first: they were here first when room is short.
    const pods = view
      .list()
      .toSorted((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1));
    for (const pod of pods) {
      if (mirroredUid(pod) === undefined) wanted.add(pod.metadata.uid ?? '');
      this.#apply(pod);
    }
    this.#unsubscribe = view.onChange(({ type, object }) => {
      if (type === 'deleted') this.#gone(object);
      else this.#apply(object);
    });
    statics.apiAnswers();
    for (const [uid, worker] of this.#workers) if (!wanted.has(uid) && !worker.isStatic) this.#gone(worker.pod);
    for (const pod of saved)
      if (!wanted.has(pod.metadata.uid ?? '') && !this.#workers.has(pod.metadata.uid ?? ''))
        this.#add(asDeleted(pod, pod.spec?.terminationGracePeriodSeconds ?? 30, this.#context.clock));
    await statics.settled();
    for (const [uid, found] of this.#initial) if (!wanted.has(uid) && !this.#workers.has(uid)) this.#endUnknown(found);
    this.#forgetObjects();
    await removeLeftovers(this.#context, new Set(this.#workers.keys())).catch((error: unknown) => {
      this.#context.log.warn('cannot remove what is left of pods that are gone', { error });
    });
  }

  #apply(pod: Pod): void {
    if (mirroredUid(pod) !== undefined) {
      this.#options.statics.seen(pod);
      return;
    }
    const worker = this.#workers.get(pod.metadata.uid ?? '');
    this.#checkpoint(pod);
    if (worker) worker.update(pod);
    else this.#add(pod);
  }

  #checkpoint(pod: Pod): void {
    if (isTerminal(pod)) this.#checkpoints.remove(pod.metadata.uid ?? '');
    else this.#checkpoints.save(pod);
  }

  #staticHooks(): StaticPodHooks {
    return {
      add: (pod) => {
        const { uid, namespace = '', name = '' } = pod.metadata;
        const namesake = this.find(namespace, name);
        if (namesake) return namesake.pod.metadata.uid === uid && !namesake.ending;
        this.#add(pod, { isStatic: true });
        return true;
      },
      end: (uid) => {
        const worker = this.#workers.get(uid);
        if (worker) this.#gone(worker.pod);
      },
      has: (uid) => this.#workers.has(uid),
      mirrored: (uid, mirror) => this.#workers.get(uid)?.mirrored(mirror),
    };
  }

  #add(pod: Pod, { isStatic = false } = {}): void {
    const uid = pod.metadata.uid ?? '';
    const taken = this.#initial.has(uid) || isTerminal(pod) || pod.metadata.deletionTimestamp !== undefined;
    const rejection = taken ? undefined : admit(pod, this.list(), this.#options.room());
    if (rejection) recordAbout(this.#context, pod, undefined, { type: 'Warning', ...rejection });
    const worker = new PodWorker(this.#context, pod, {
      isStatic,
      ...(rejection && { rejection }),
      hooks: { onGone: (gone) => this.#forget(gone) },
    });
    this.#workers.set(uid, worker);
    if (pod.metadata.deletionTimestamp !== undefined) worker.update(pod);
    else worker.wake();
  }

  /** The object is gone from the API, by force or behind our back: its containers end with the grace it had. */
  #gone(pod: Pod): void {
    if (mirroredUid(pod) !== undefined) {
      this.#options.statics.unseen(pod);
      return;
    }
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
    this.#forgetObjects();
    this.#options.statics.settle();
    // Not awaited: this is called from the worker's own last action.
    void worker?.stop();
  }

  /** Not awaited: it may take as long as it likes, and only says when it cannot. */
  #forgetObjects(): void {
    this.#context
      .forgetObjects(() => this.list())
      .catch((error: unknown) => {
        this.#context.log.warn('cannot forget the objects of pods that are gone', { error });
      });
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
          this.#workers.get(labelled ?? uid ?? '')?.runtimeChanged();
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
        for (const [uid, worker] of this.#workers)
          if (RuntimeViews.differ(worker.view, views.get(uid))) worker.runtimeChanged();
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
