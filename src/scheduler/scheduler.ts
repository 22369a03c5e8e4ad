import { namespace } from '../api/core/namespace.ts';
import { node } from '../api/core/node.ts';
import { persistentVolume } from '../api/core/persistent-volume.ts';
import { persistentVolumeClaim } from '../api/core/persistent-volume-claim.ts';
import { pod } from '../api/core/pod.ts';
import { formatTime, type KubeObject, keyOf, refOf } from '../api/object.ts';
import type { Node, Pod, PodCondition } from '../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../api/status.ts';
import { storageClass } from '../api/storage/storage-class.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { MetricRegistry } from '../base/metrics/metrics.ts';
import type { Change, Client, View } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';
import { decide } from './decide.ts';
import { type AttemptResult, SchedulerMetrics } from './metrics.ts';
import type { ClusterEvent, SchedulerPlugin } from './plugin.ts';
import { claimsToBind } from './plugins/volume-binding.ts';
import { SchedulingQueue } from './queue.ts';
import { LiveWorld } from './world.ts';

export interface SchedulerOptions {
  readonly client: Client;
  readonly events: EventRecorder;
  readonly plugins: readonly SchedulerPlugin[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Pods that name it in spec.schedulerName are this scheduler's. Default: default-scheduler. */
  readonly name?: string;
  /** Where attempts are counted. Absent: nowhere. */
  readonly metrics?: MetricRegistry;
  /** Chooses among equally good nodes: given n, an integer from 0 to n-1. Default: random. */
  readonly pick?: (n: number) => number;
}

export interface Scheduler {
  /** Resolves when it has begun to work. */
  start(signal: AbortSignal): Promise<void>;
  /** Ends after the bindings that are under way. */
  stop(): Promise<void>;
  status(): { readonly active: number; readonly backoff: number; readonly unschedulable: number };
  readonly running: boolean;
}

/** A decision is made at once and written later; this many writes run beside each other. */
const maxBindings = 32;
const selectedNode = 'volume.kubernetes.io/selected-node';

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { client, events, plugins, clock, log } = options;
  const name = options.name ?? 'default-scheduler';
  const pick = options.pick ?? ((n: number) => Math.floor(Math.random() * n));
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  const pods = client.view(pod);
  const nodes = client.view(node);
  const views = {
    namespaces: client.view(namespace),
    claims: client.view(persistentVolumeClaim),
    volumes: client.view(persistentVolume),
    classes: client.view(storageClass),
  };
  const world = new LiveWorld({
    namespace: (key) => views.namespaces.get(key),
    claim: (ns, key) => views.claims.get(`${ns}/${key}`),
    volume: (key) => views.volumes.get(key),
    volumes: () => views.volumes.list(),
    storageClass: (key) => views.classes.get(key),
  });
  /** Where pods were promised to be, by uid, until the API server shows the same. */
  const assumed = new Map<string, string>();
  const running = new Set<Promise<void>>();
  const abort = new AbortController();
  let scheduled = false;
  const queue = new SchedulingQueue({ clock, onReady: () => wake() });
  const counts = options.metrics && new SchedulerMetrics(options.metrics, name, () => queue.counts);

  function wake(): void {
    if (scheduled || abort.signal.aborted) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (running.size < maxBindings && !abort.signal.aborted) {
        const next = queue.take();
        if (!next) return;
        scheduleOne(next.key, next.pod);
      }
    });
  }

  function scheduleOne(key: string, wanted: Pod): void {
    const startMs = clock.monotonic();
    const attempted = (result: AttemptResult) => counts?.attempted(result, (clock.monotonic() - startMs) / 1000);
    const decision = decide(wanted, world, { plugins, pick });
    const task =
      decision.type === 'node'
        ? place(key, wanted, decision.name).then((placed) => attempted(placed ? 'scheduled' : 'error'))
        : turnAway(key, wanted, decision).then(() => attempted('unschedulable'));
    const tracked = task
      .catch((error: unknown) => {
        attempted('error');
        log.error('scheduling failed', { pod: key, error });
      })
      .finally(() => {
        running.delete(tracked);
        wake();
      });
    running.add(tracked);
  }

  /** False: it was not bound, and is tried again where it is still wanted. */
  async function place(key: string, wanted: Pod, target: string): Promise<boolean> {
    const uid = wanted.metadata.uid ?? '';
    assumed.set(uid, target);
    world.addPod(wanted, target);
    queue.remove(key);
    try {
      if (!(await claimsBound(wanted, target))) throw new Error('its volume claims are not bound yet');
      const { name: podName = '', namespace: ns } = wanted.metadata;
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: podName, namespace: ns, uid },
        target: { kind: 'Node', name: target },
      };
      await client.createSubresource(pod, refOf(key), 'binding', binding, { signal: abort.signal });
      events.record(wanted, {
        type: 'Normal',
        reason: 'Scheduled',
        message: `Successfully assigned ${key} to ${target}`,
      });
      return true;
    } catch (error) {
      assumed.delete(uid);
      const now = pods.get(key);
      if (now?.metadata.uid === uid && now.spec?.nodeName) return false;
      world.removePod(uid, target);
      if (abort.signal.aborted || isApiError(error, 'NotFound')) return false;
      log.debug('binding failed', { pod: key, node: target, error });
      if (now?.metadata.uid === uid && isOurs(now)) queue.setBackingOff(key, now);
      return false;
    }
  }

  /** Tells claims that wait for their pod which node it will be on. True when none waits any longer. */
  async function claimsBound(wanted: Pod, target: string): Promise<boolean> {
    const waiting = claimsToBind(wanted, world);
    for (const claim of waiting) {
      if (claim.metadata.annotations?.[selectedNode] === target) continue;
      await client.patch(
        persistentVolumeClaim,
        refOf(keyOf(claim)),
        { type: 'merge', body: { metadata: { annotations: { [selectedNode]: target } } } },
        { signal: abort.signal },
      );
    }
    return waiting.length === 0;
  }

  async function turnAway(
    key: string,
    wanted: Pod,
    { message, rejectedBy }: { readonly message: string; readonly rejectedBy: readonly string[] },
  ): Promise<void> {
    const wakesOn = new Set<ClusterEvent>(rejectedBy.flatMap((plugin) => byName.get(plugin)?.wakesOn ?? []));
    queue.park(key, wakesOn.add('node-changed'));
    events.record(wanted, { type: 'Warning', reason: 'FailedScheduling', message });
    await setCondition(wanted, 'Unschedulable', message);
  }

  async function setCondition(wanted: Pod, reason: string, message: string): Promise<void> {
    const old = wanted.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (old?.status === 'False' && old.reason === reason && old.message === message) return;
    const condition: PodCondition = {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message,
      lastTransitionTime:
        old?.status === 'False' && old.lastTransitionTime ? old.lastTransitionTime : formatTime(clock.now()),
      ...(wanted.metadata.generation !== undefined && { observedGeneration: wanted.metadata.generation }),
    };
    try {
      await client.patch(
        pod,
        refOf(keyOf(wanted)),
        { type: 'strategic', body: { metadata: { uid: wanted.metadata.uid }, status: { conditions: [condition] } } },
        { subresource: 'status', signal: abort.signal },
      );
    } catch (error) {
      if (!abort.signal.aborted && !isApiError(error, 'NotFound', 'Conflict')) throw error;
    }
  }

  const isOurs = ({ spec, metadata, status }: Pod) =>
    !spec?.nodeName &&
    spec?.schedulerName === name &&
    !metadata.deletionTimestamp &&
    status?.phase !== 'Succeeded' &&
    status?.phase !== 'Failed';

  function onPod({ type, object, old }: Change<Pod>): void {
    const key = keyOf(object);
    const uid = object.metadata.uid ?? '';
    if (old && old.metadata.uid !== uid) leave(old);
    if (type === 'deleted' || isFinished(object)) {
      queue.remove(key);
      leave(object);
      return;
    }
    const on = object.spec?.nodeName;
    if (on) {
      queue.remove(key);
      assumed.delete(uid);
      const isNew = !world.node(on)?.pods.has(uid);
      world.addPod(object, on);
      if (isNew) queue.notify('pod-assigned');
      return;
    }
    if (assumed.has(uid)) return;
    if (!isOurs(object)) queue.remove(key);
    else if (object.spec?.schedulingGates?.length) {
      queue.remove(key);
      void setCondition(object, 'SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates').catch(
        (error: unknown) => log.error('condition not written', { pod: key, error }),
      );
    } else queue.set(key, object);
  }

  /** A pod is gone, or needs nothing any more: its room is free. */
  function leave(gone: Pod): void {
    const uid = gone.metadata.uid ?? '';
    const on = gone.spec?.nodeName ?? assumed.get(uid);
    assumed.delete(uid);
    if (!on) return;
    world.removePod(uid, on);
    queue.notify('pod-gone');
  }

  function onNode({ type, object, old }: Change<Node>): void {
    if (type === 'deleted') world.removeNode(object.metadata.name ?? '');
    else {
      world.setNode(object);
      if (!old || mattersForScheduling(old, object)) queue.notify('node-changed');
    }
  }

  const stops: (() => void)[] = [];
  function follow<T extends KubeObject>(view: View<T>, listener: (change: Change<T>) => void): void {
    stops.push(view.onChange(listener));
    for (const object of view.list()) listener({ type: 'added', object });
  }

  return {
    status: () => queue.counts,
    get running() {
      return !abort.signal.aborted;
    },
    async start(signal) {
      signal.addEventListener('abort', () => abort.abort(signal.reason), { once: true });
      await Promise.all([pods, nodes, ...Object.values(views)].map((view) => view.ready(signal)));
      follow(nodes, onNode);
      follow(pods, onPod);
      const volumeChanged = () => queue.notify('volume-changed');
      stops.push(
        views.claims.onChange(volumeChanged),
        views.volumes.onChange(volumeChanged),
        views.classes.onChange(volumeChanged),
      );
      stops.push(views.namespaces.onChange(() => queue.notify('namespace-changed')));
    },
    async stop() {
      abort.abort(new Error('the scheduler stops'));
      for (const stop of stops) stop();
      queue.close();
      await Promise.allSettled(running);
    },
  };
}

function isFinished({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Heartbeats change a node's conditions all the time; only this lets pods in. */
function mattersForScheduling(old: Node, now: Node): boolean {
  return (
    JSON.stringify([old.metadata.labels, old.spec, old.status?.allocatable]) !==
    JSON.stringify([now.metadata.labels, now.spec, now.status?.allocatable])
  );
}
