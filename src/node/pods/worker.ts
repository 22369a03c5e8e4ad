import type { Timer } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { FoundImage } from '../images/images.ts';
import {
  cleanUp,
  createSandbox,
  prepareVolumes,
  recordAbout,
  removeContainer,
  removeFromApi,
  removeSandbox,
  startContainer,
  stopContainer,
  stopSandbox,
} from './actions.ts';
import { BackoffEvents } from './backoff-events.ts';
import { ContainerProbes, probeAddress } from './container-probes.ts';
import type { NodeContext } from './context.ts';
import { NotYet } from './errors.ts';
import { StatusPublisher } from './publisher.ts';
import {
  afterFailure,
  afterSuccess,
  containerOf,
  firstRetryMs,
  withoutConfigSetbacks,
  withoutImageSetbacks,
} from './setbacks.ts';
import { podStatus, withOwnStatus } from './status.ts';
import { isTerminal, knownContainer, pastActiveDeadline, step } from './step.ts';
import {
  type Action,
  emptyView,
  freshMemory,
  type Pod,
  type PodMemory,
  type PodStage,
  type PodStatus,
  type PodView,
  type Termination,
} from './types.ts';

export interface WorkerHooks {
  /** The pod is gone from this node and from the API. */
  onGone(uid: string): void;
}

/** A stop lets the runtime finish a sandbox: half a sandbox would be left behind by a runtime that ends with us. */
const patienceMs = 5_000;

/**
 * Looks after one pod: reads it from the runtime, asks the state machine, publishes, carries out. Woken by runtime
 * events, changes of the pod, probes and timers; at most one set of actions is under way at any time.
 */
export class PodWorker {
  readonly #context: NodeContext;
  readonly #hooks: WorkerHooks;
  readonly #publisher: StatusPublisher;
  readonly #stopped = new AbortController();
  /** Ends the making of a sandbox that does not end by itself soon after a stop. */
  readonly #cutShort = new AbortController();
  readonly #probes: ContainerProbes;
  readonly #backoffs: BackoffEvents;
  readonly #images = new Map<string, FoundImage>();
  readonly #isStatic: boolean;
  #pod: Pod;
  /** What the API shows of a static pod. */
  #mirror: Pod | undefined;
  #view: PodView;
  #memory: PodMemory;
  #status: PodStatus | undefined;
  #stage: PodStage = { stage: 'preparing' };
  #timer: Timer | undefined;
  #batch: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  #pumping: Promise<void> | undefined;
  #dirty = false;
  /** The view is older than the runtime: it is read before the next decision. What the API or a probe says needs no reading. */
  #viewOutdated = true;
  /** After a failure that has no setback of its own (stopping, removing), nothing is begun before this time. */
  #restUntilMs = 0;

  constructor(
    context: NodeContext,
    pod: Pod,
    options: { readonly hooks: WorkerHooks; readonly rejection?: PodMemory['rejection']; readonly isStatic?: boolean },
  ) {
    this.#context = context;
    this.#hooks = options.hooks;
    this.#probes = new ContainerProbes(context, () => this.wake());
    this.#backoffs = new BackoffEvents(context);
    this.#pod = pod;
    this.#isStatic = options.isStatic ?? false;
    this.#view = emptyView(pod.metadata.uid ?? '', pod.metadata.name ?? '', pod.metadata.namespace ?? '');
    this.#memory = { ...freshMemory, ...(options.rejection && { rejection: options.rejection }) };
    const { client, clock, log } = context;
    this.#publisher = new StatusPublisher({ client, clock, log, signal: this.#stopped.signal });
  }

  /** The pod with the status that this node has found; newer than what the API shows. */
  get pod(): Pod {
    return this.#known();
  }

  get view(): PodView {
    return this.#view;
  }

  get isStatic(): boolean {
    return this.#isStatic;
  }

  get ending(): boolean {
    return this.#memory.termination !== undefined;
  }

  get stage(): PodStage['stage'] {
    return this.#stage.stage;
  }

  /** The API has a newer form of the pod. */
  update(pod: Pod): void {
    const volatile =
      JSON.stringify([this.#pod.metadata.labels, this.#pod.metadata.annotations]) !==
      JSON.stringify([pod.metadata.labels, pod.metadata.annotations]);
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined)
      this.terminate({ atMs: this.#context.clock.now(), graceSeconds: pod.metadata.deletionGracePeriodSeconds ?? 30 });
    if (volatile && this.#memory.volumes === 'ready') this.refreshVolumes();
    this.wake();
  }

  /** The API's pod that shows this static one; undefined: there is none now. */
  mirrored(mirror: Pod | undefined): void {
    this.#mirror = mirror;
    if (mirror?.status && !this.#status) this.#pod = { ...this.#pod, status: mirror.status };
    this.wake();
  }

  refreshVolumes(): void {
    const ips = this.#view.sandboxes[0]?.ips ?? [];
    this.#context.volumes.update(this.#pod, ips).catch((error: unknown) => {
      this.#context.log.warn('cannot refresh the volumes of a pod', { pod: this.#pod.metadata.name, error });
    });
  }

  /** What was missing may be there now: configuration and volumes are tried again without waiting. */
  retryNow(): void {
    this.#memory = withoutConfigSetbacks(this.#memory);
    this.wake();
  }

  /** There are more images now: those that were missing are looked for without waiting. */
  retryImages(): void {
    this.#memory = withoutImageSetbacks(this.#memory);
    this.wake();
  }

  /** Ends the pod; a shorter grace than before takes over. */
  terminate(termination: Termination): void {
    const now = this.#memory.termination;
    if (now && now.graceSeconds <= termination.graceSeconds) return;
    const verdict = now?.verdict ?? termination.verdict;
    this.#memory = { ...this.#memory, termination: { ...termination, ...(verdict && { verdict }) } };
    this.#probes.stopKilling();
    this.#batch?.abort.abort(new Error('the pod is being ended'));
    this.wake();
  }

  /** The runtime's part of the pod may have changed. */
  runtimeChanged(): void {
    this.#viewOutdated = true;
    this.wake();
  }

  /** Something may have changed. */
  wake(): void {
    this.#dirty = true;
    if (this.#stopped.signal.aborted || this.#pumping) return;
    this.#pumping = this.#pump().finally(() => {
      this.#pumping = undefined;
      if (this.#dirty) this.wake();
    });
  }

  /** Lets go of the pod without touching it. Resolves when nothing of this worker runs any more. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the node agent is stopping'));
    this.#timer?.cancel();
    this.#probes.stop();
    const timer = this.#context.clock.after(patienceMs, () =>
      this.#cutShort.abort(new Error('the node agent is stopping')),
    );
    await this.#pumping;
    await this.#batch?.done;
    timer.cancel();
    await this.#publisher.settled();
  }

  async #pump(): Promise<void> {
    while (this.#dirty && !this.#stopped.signal.aborted) {
      this.#dirty = false;
      try {
        await this.#look();
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        this.#context.log.warn('cannot look after a pod', {
          pod: this.#pod.metadata.name,
          namespace: this.#pod.metadata.namespace,
          error,
        });
        this.#viewOutdated = true;
        this.#schedule(this.#context.clock.now() + firstRetryMs);
      }
    }
  }

  async #look(): Promise<void> {
    const { clock, views } = this.#context;
    if (this.#viewOutdated) {
      this.#viewOutdated = false;
      const { uid = '', name = '', namespace = '' } = this.#pod.metadata;
      this.#view = (await views.read(uid, this.#stopped.signal)) ?? emptyView(uid, name, namespace);
    }
    const nowMs = clock.now();
    this.#enforceDeadline(nowMs);
    this.#probes.tend(this.#pod, this.#view);
    this.#memory = { ...this.#memory, probes: this.#probes.findings };
    const decided = step(this.#known(), this.#view, nowMs, this.#memory);
    this.#stage = decided.next;
    this.#memory = { ...this.#memory, crashBackoffs: decided.crashBackoffs };
    this.#backoffs.say(this.#pod, this.#view, decided.crashBackoffs);
    this.#publish(nowMs);
    const resting = this.#restUntilMs > nowMs && decided.actions.length > 0;
    this.#schedule(
      resting ? Math.min(this.#restUntilMs, decided.recheckAtMs ?? Number.POSITIVE_INFINITY) : decided.recheckAtMs,
    );
    if (!this.#batch && !resting && decided.actions.length > 0) this.#begin(decided.actions);
  }

  #known(): Pod {
    return this.#status ? withOwnStatus(this.#pod, this.#status) : this.#pod;
  }

  #publish(nowMs: number): void {
    const pod = this.#known();
    // Long over, and the runtime remembers nothing: the API knows best.
    if (isTerminal(pod) && this.#view.containers.length === 0) return;
    this.#status = podStatus({
      pod,
      view: this.#view,
      memory: this.#memory,
      nowMs,
      hostIps: this.#context.facts.hostIps,
    });
    const shown = this.#isStatic ? this.#mirror : this.#pod;
    if (shown) this.#publisher.publish(shown, this.#status);
  }

  #schedule(atMs: number | undefined): void {
    this.#timer?.cancel();
    this.#timer =
      atMs === undefined ? undefined : this.#context.clock.after(atMs - this.#context.clock.now(), () => this.wake());
  }

  #enforceDeadline(nowMs: number): void {
    if (this.#memory.termination || isTerminal(this.#known()) || !pastActiveDeadline(this.#known(), nowMs)) return;
    const verdict = {
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    };
    recordAbout(this.#context, this.#pod, undefined, { type: 'Normal', ...verdict });
    const graceSeconds = this.#pod.spec?.terminationGracePeriodSeconds ?? 30;
    this.#memory = { ...this.#memory, termination: { atMs: nowMs, graceSeconds, verdict } };
  }

  /** Starts come one after the other, in the order of the pod; everything else at the same time. */
  #begin(actions: readonly Action[]): void {
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, this.#stopped.signal]);
    const sandboxSignal = AbortSignal.any([abort.signal, this.#cutShort.signal]);
    const signalOf = ({ type }: Action) => (type === 'createSandbox' ? sandboxSignal : signal);
    const others = actions.filter(({ type }) => type !== 'startContainer');
    const removals = others.filter(({ type }) => type === 'removeContainer').map((action) => this.#do(action, signal));
    const rest = others
      .filter(({ type }) => type !== 'removeContainer')
      .map((action) => this.#do(action, signalOf(action)));
    const starts = async () => {
      await Promise.all(removals);
      for (const action of actions) if (action.type === 'startContainer') await this.#do(action, signal);
    };
    const done = Promise.all([...removals, ...rest, starts()]).then(() => {
      this.#batch = undefined;
      this.runtimeChanged();
    });
    this.#batch = { abort, done };
  }

  /** Carries out one action and notes what came of it. Never rejects. */
  async #do(action: Action, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    try {
      await this.#act(action, signal);
      this.#memory = afterSuccess(this.#memory, action);
    } catch (error) {
      if (!signal.aborted) this.#noteFailure(action, error);
    }
  }

  async #act(action: Action, signal: AbortSignal): Promise<void> {
    const context = this.#context;
    const pod = this.#known();
    switch (action.type) {
      case 'prepareVolumes':
        return prepareVolumes(context, pod);
      case 'createSandbox':
        return createSandbox(context, pod, action.attempt, signal);
      case 'ensureImage':
        this.#images.set(action.container.name, await context.images.ensure(pod, action.container, signal));
        return;
      case 'startContainer':
        return this.#start(action, signal);
      case 'stopContainer': {
        const container = knownContainer(pod, action.view.name);
        return stopContainer(
          context,
          pod,
          { ...action, container, ip: probeAddress(context, pod, this.#view) },
          signal,
        );
      }
      case 'removeContainer':
        return removeContainer(context, action.id, signal);
      case 'stopSandbox':
        return stopSandbox(context, action.id, signal);
      case 'removeSandbox':
        return removeSandbox(context, action.id, signal);
      case 'cleanUp':
        return cleanUp(context, pod);
      case 'removeFromApi':
        await this.#publisher.settled();
        await removeFromApi(context, pod, signal);
        this.#hooks.onGone(pod.metadata.uid ?? '');
    }
  }

  async #start(action: Action & { readonly type: 'startContainer' }, signal: AbortSignal): Promise<void> {
    const image = this.#images.get(action.container.name);
    if (!image)
      throw new NotYet('CreateContainerError', `the image of container ${action.container.name} is not there`);
    const onPostStart = (id: string, running: boolean) => {
      const postStart = new Map(this.#memory.postStart);
      if (running) postStart.set(id, 'running');
      else postStart.delete(id);
      this.#memory = { ...this.#memory, postStart };
      this.wake();
    };
    await startContainer(this.#context, this.#known(), { ...action, image, view: this.#view, onPostStart }, signal);
  }

  #noteFailure(action: Action, thrown: unknown): void {
    const { clock, log } = this.#context;
    const error = toError(thrown);
    log.warn('an action on a pod failed', {
      action: action.type,
      pod: this.#pod.metadata.name,
      namespace: this.#pod.metadata.namespace,
      container: containerOf(action),
      error,
    });
    const memory = afterFailure(this.#memory, action, { error, nowMs: clock.now() });
    if (memory) this.#memory = memory;
    else this.#restUntilMs = clock.now() + firstRetryMs;
  }
}
