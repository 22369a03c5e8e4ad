import type { Pod } from '../api/schema/generated/types/core-v1.ts';
import { backoffMs } from '../base/backoff.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { ClusterEvent } from './plugin.ts';

/** Pods that wait for a node: ready to be tried, backing off, or waiting for the cluster to change. */

interface Waiting {
  pod: Pod;
  readonly key: string;
  readonly arrival: number;
  attempts: number;
  /** Monotonic; not tried again before. */
  notBeforeMs: number;
  /** Changes that may make room; undefined: ready (or backing off). */
  wakesOn: ReadonlySet<ClusterEvent> | undefined;
  parkedAtMs: number;
}

const backoff = { firstMs: 1000, maxMs: 10_000 };
/** Nothing waits longer than this without being tried again, whatever was or was not noticed. */
const longestParkedMs = 300_000;

export interface SchedulingQueueOptions {
  readonly clock: Clock;
  /** Called when `take` may have a pod. */
  readonly onReady: () => void;
}

export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #onReady: () => void;
  readonly #pods = new Map<string, Waiting>();
  readonly #ready: Waiting[] = [];
  #arrivals = 0;
  #timer: Timer | undefined;

  constructor(options: SchedulingQueueOptions) {
    this.#clock = options.clock;
    this.#onReady = options.onReady;
  }

  /** How many pods wait, and how many of them for a change of the cluster. */
  get counts(): { readonly active: number; readonly backoff: number; readonly unschedulable: number } {
    let unschedulable = 0;
    for (const waiting of this.#pods.values()) if (waiting.wakesOn) unschedulable++;
    const active = this.#ready.length;
    return { active, unschedulable, backoff: this.#pods.size - active - unschedulable };
  }

  /** A pod that needs a node. Known already: its new content counts; a change of what it asks for wakes it. */
  set(key: string, pod: Pod): void {
    const known = this.#pods.get(key);
    if (known && known.pod.metadata.uid === pod.metadata.uid) {
      const changed = asksForMore(known.pod, pod);
      known.pod = pod;
      if (changed && known.wakesOn) this.#wake(known);
      return;
    }
    this.#makeReady(this.#add(key, pod));
  }

  /** A pod whose binding failed after it had left the queue: again after a back-off. */
  setBackingOff(key: string, pod: Pod): void {
    this.#add(key, pod);
    this.#fail(key);
    this.#arm();
  }

  remove(key: string): void {
    const known = this.#pods.get(key);
    if (!known) return;
    this.#pods.delete(key);
    const at = this.#ready.indexOf(known);
    if (at >= 0) this.#ready.splice(at, 1);
  }

  /** The next pod to try: highest priority, then longest here. It stays known until `remove`; `park` follows when no node fits. */
  take(): { readonly key: string; readonly pod: Pod } | undefined {
    return this.#ready.shift();
  }

  /** No node fits: wait for one of these events (and at least the back-off). */
  park(key: string, wakesOn: ReadonlySet<ClusterEvent>): void {
    const known = this.#fail(key);
    if (!known) return;
    known.wakesOn = wakesOn;
    known.parkedAtMs = this.#clock.monotonic();
    this.#arm();
  }

  /** The cluster has changed. */
  notify(event: ClusterEvent): void {
    for (const waiting of this.#pods.values()) if (waiting.wakesOn?.has(event)) this.#wake(waiting);
  }

  close(): void {
    this.#timer?.cancel();
    this.#pods.clear();
    this.#ready.length = 0;
  }

  #add(key: string, pod: Pod): Waiting {
    this.remove(key);
    const waiting: Waiting = {
      pod,
      key,
      arrival: this.#arrivals++,
      attempts: 0,
      notBeforeMs: 0,
      wakesOn: undefined,
      parkedAtMs: 0,
    };
    this.#pods.set(key, waiting);
    return waiting;
  }

  #fail(key: string): Waiting | undefined {
    const known = this.#pods.get(key);
    if (!known) return undefined;
    known.attempts++;
    known.notBeforeMs = this.#clock.monotonic() + backoffMs(known.attempts, backoff);
    return known;
  }

  #wake(waiting: Waiting): void {
    waiting.wakesOn = undefined;
    if (waiting.notBeforeMs <= this.#clock.monotonic()) this.#makeReady(waiting);
    else this.#arm();
  }

  /** Keeps `#ready` sorted by priority, then arrival. */
  #makeReady(waiting: Waiting): void {
    const priority = waiting.pod.spec?.priority ?? 0;
    let low = 0;
    let high = this.#ready.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#ready[middle];
      const otherPriority = other?.pod.spec?.priority ?? 0;
      const before =
        otherPriority > priority || (otherPriority === priority && (other?.arrival ?? 0) < waiting.arrival);
      if (before) low = middle + 1;
      else high = middle;
    }
    this.#ready.splice(low, 0, waiting);
    this.#onReady();
  }

  /** One timer for the earliest pod that has to be looked at. */
  #arm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const ready = new Set(this.#ready);
    let earliest = Number.POSITIVE_INFINITY;
    for (const waiting of this.#pods.values()) {
      if (ready.has(waiting)) continue;
      earliest = Math.min(earliest, waiting.wakesOn ? waiting.parkedAtMs + longestParkedMs : waiting.notBeforeMs);
    }
    if (earliest === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.after(earliest - this.#clock.monotonic(), () => this.#due());
  }

  #due(): void {
    const nowMs = this.#clock.monotonic();
    const ready = new Set(this.#ready);
    for (const waiting of this.#pods.values()) {
      if (ready.has(waiting)) continue;
      if (waiting.wakesOn && waiting.parkedAtMs + longestParkedMs <= nowMs) waiting.wakesOn = undefined;
      if (!waiting.wakesOn && waiting.notBeforeMs <= nowMs) this.#makeReady(waiting);
    }
    this.#arm();
  }
}

/** What a pod asks for is in its spec (whose changes the generation counts) and, for affinity, in its labels. */
function asksForMore(before: Pod, after: Pod): boolean {
  return (
    before.metadata.generation !== after.metadata.generation ||
    JSON.stringify(before.metadata.labels) !== JSON.stringify(after.metadata.labels)
  );
}
