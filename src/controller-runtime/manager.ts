import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kind } from '../api/kind.ts';
import type { BackoffOptions } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { MetricRegistry } from '../base/metrics/metrics.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';
import type { Controller, Wake } from './controller.ts';
import { type LeaderElectionOptions, runWhenLeader } from './leader-election.ts';
import { QueueMetrics } from './metrics.ts';
import { Runner, type RunnerStatus } from './runner.ts';
import { WakeSources } from './wake-sources.ts';

export interface ManagerOptions {
  readonly controllers: readonly Controller[];
  /** The client that acts as this controller (its `account`, or else its name); may be one client for all. */
  readonly clientFor: (controller: Controller) => Client;
  readonly eventsFor: (controller: Controller) => EventRecorder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly backoff?: BackoffOptions;
  /** Where the queues are counted. Absent: nowhere. */
  readonly metrics?: MetricRegistry;
  /** Most keys one controller's queue holds; see the queue. */
  readonly maxKeys?: number;
  /** Tells that other kinds are served than before. Absent: they never change. */
  readonly onKindsChange?: (listener: () => void) => () => void;
  /** Several servers: only the holder of this lease runs the controllers. Absent: they run at once. */
  readonly leaderElection?: Omit<LeaderElectionOptions, 'clock' | 'log'>;
}

export interface ControllerStatus extends RunnerStatus {
  readonly name: string;
  /** `waiting`: its views have no full content yet, or another server leads. */
  readonly state: 'waiting' | 'running' | 'stopped';
}

export interface ControllerManager {
  /**
   * Starts all controllers; each begins when its views are ready. Resolves when all of them run (with leader election:
   * when the election has begun). `signal` bounds the start only: when it aborts first, the start is given up and
   * rejects with its reason. What runs ends with `stop`.
   */
  start(signal: AbortSignal): Promise<void>;
  /** Stops all, waiting at most `deadlineMs` (default 10,000) for what runs. */
  stop(deadlineMs?: number): Promise<void>;
  status(): readonly ControllerStatus[];
}

/** Runs a list of controllers with one lifetime. */
export function createControllerManager(options: ManagerOptions): ControllerManager {
  const { clock, log } = options;
  const stopping = new AbortController();
  const parts = options.controllers.map((controller) => ({
    controller,
    state: 'waiting' as ControllerStatus['state'],
    runner: undefined as Runner | undefined,
  }));
  const statuses = () =>
    parts.map(({ controller, state, runner }) => ({
      name: controller.name,
      state,
      ...(runner?.status() ?? { depth: 0, planned: 0, running: 0, reconciles: 0, errors: 0 }),
    }));
  const counts = options.metrics && new QueueMetrics(options.metrics, statuses);
  let stopDeadlineMs = 10_000;
  let term: Promise<void> | undefined;

  async function startOne(part: (typeof parts)[number], signal: AbortSignal, ended: Promise<unknown>[]): Promise<void> {
    const { controller } = part;
    const client = options.clientFor(controller);
    const wakes = () => controller.wakesOnServed?.() ?? controller.wakesOn;
    const kinds = new Set<Kind>([...wakes().map((wake) => wake.kind), ...(controller.reads ?? [])]);
    await Promise.all([...kinds].map((kind) => client.view(kind).ready(signal)));
    // Looking at all objects takes a while where there are many: requests are answered in between.
    await nextTurn();
    signal.throwIfAborted();
    const childLog = log.child(controller.name);
    const context = {
      client,
      events: options.eventsFor(controller),
      log: childLog,
      signal,
      now: () => clock.now(),
    };
    const wakeAll = () => {
      for (const wake of wakes()) wakeFor(wake);
    };
    const wakeFor = (wake: Wake) => {
      for (const object of client.view(wake.kind).list())
        for (const key of wake.keysOf({ type: 'added', object }, client)) runner.wake(key);
    };
    const runner = new Runner(controller, context, {
      clock,
      onRoomAgain: wakeAll,
      ...(counts && { counts: counts.of(controller.name) }),
      ...(options.backoff && { backoff: options.backoff }),
      ...(options.maxKeys !== undefined && { maxKeys: options.maxKeys }),
    });
    const sources = new WakeSources(client, (wake, change) => {
      for (const key of wake.keysOf(change, client)) runner.wake(key);
    });
    sources.follow(wakes());
    wakeAll();
    const unfollow =
      controller.wakesOnServed &&
      options.onKindsChange?.(() => {
        for (const added of sources.follow(wakes()))
          void client
            .view(added.kind)
            .ready(signal)
            .then(() => wakeFor(added))
            .catch((error: unknown) => {
              if (!signal.aborted) childLog.warn('a kind cannot be followed', { kind: added.kind.plural, error });
            });
      });
    part.runner = runner;
    part.state = 'running';
    ended.push(
      aborted(signal).then(async () => {
        unfollow?.();
        sources.close();
        const left = await runner.stop(stopDeadlineMs);
        part.state = 'stopped';
        if (left.length > 0) childLog.warn('still at work after the deadline', { keys: left.slice(0, 10) });
      }),
    );
  }

  /** Runs all controllers until `signal` aborts and all of them have ended. `started` is called when all run. */
  async function runAll(signal: AbortSignal, started: () => void): Promise<void> {
    const ended: Promise<unknown>[] = [];
    try {
      await Promise.all(parts.map((part) => startOne(part, signal, ended)));
      started();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    await aborted(signal);
    await Promise.all(ended);
  }

  return {
    async start(signal) {
      if (term) throw new Error('cannot start controllers: they were started before');
      const life = stopping.signal;
      const election = options.leaderElection;
      if (election) {
        const lead = (leading: AbortSignal) => runAll(leading, () => log.info('controllers run'));
        term = runWhenLeader({ ...election, clock, log }, lead, life);
        term.catch((error: unknown) => log.error('leader election ended', { error }));
        return;
      }
      const giveUp = () => stopping.abort(signal.reason);
      if (signal.aborted) giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        await new Promise<void>((resolve, reject) => {
          term = runAll(life, resolve);
          term.then(() => reject(life.reason), reject);
        });
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    },
    async stop(deadlineMs = 10_000) {
      stopDeadlineMs = deadlineMs;
      stopping.abort(new Error('controllers are stopped'));
      await term;
    },
    status: statuses,
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
