import { flowSchema } from '../../api/flowcontrol/flow-schema.ts';
import { priorityLevelConfiguration } from '../../api/flowcontrol/priority-level-configuration.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { Client } from '../../client/client.ts';
import type { RequestInfo } from '../http/request-info.ts';
import type { Gate } from '../http/running-request.ts';
import type { PathRoute } from '../routes/paths.ts';
import { ensureFlowConfiguration } from './config/ensure.ts';
import { publishDangling } from './config/status.ts';
import { flowDebugRoutes } from './debug.ts';
import { FlowControl } from './flow-control.ts';
import { FlowGate } from './gate.ts';

export interface PriorityAndFairnessOptions {
  /** May do everything with both kinds; in process, so that its views are never behind. */
  readonly client: Client;
  /** What all levels share. */
  readonly seats: number;
  /** How many objects of a resource there are; undefined for what is not stored. */
  readonly objects: (info: RequestInfo) => number | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: MetricRegistry;
}

export interface PriorityAndFairness {
  readonly gate: Gate;
  readonly routes: readonly PathRoute[];
  /** Makes the objects that every cluster has, and follows all of them. Rejects with ApiError. */
  start(): Promise<void>;
  stop(): void;
}

/** As upstream's: looked at each minute even when nothing tells of a change. */
const keepEveryMs = 60_000;
/** Changes that come together are published together. */
const publishAfterMs = 100;

/** Flow control with everything around it. It lets in by the mandatory objects before `start`. */
export function createPriorityAndFairness(options: PriorityAndFairnessOptions): PriorityAndFairness {
  const { client, clock, log } = options;
  const schemas = client.view(flowSchema);
  const levels = client.view(priorityLevelConfiguration);
  const control = new FlowControl({ ...options, schemas, levels });
  const timers: Timer[] = [];
  let publishing: Timer | undefined;
  let unfollow: (() => void)[] = [];
  let isStopped = false;
  const failed = (error: unknown) => log.warn('flow control objects could not be kept', { error: toError(error) });
  const publishSoon = () => {
    publishing ??= clock.after(publishAfterMs, () => {
      publishing = undefined;
      void publishDangling(client, clock.now()).catch(failed);
    });
  };
  const keepLater = () => {
    timers[0] = clock.after(keepEveryMs, () => {
      void ensureFlowConfiguration(client)
        .then(() => publishDangling(client, clock.now()))
        .catch(failed)
        .finally(() => isStopped || keepLater());
    });
  };
  return {
    gate: new FlowGate({ ...options, control }),
    routes: flowDebugRoutes(control, () => clock.monotonic()),
    async start() {
      await ensureFlowConfiguration(client);
      control.start();
      unfollow = [schemas.onChange(publishSoon), levels.onChange(publishSoon)];
      await publishDangling(client, clock.now());
      keepLater();
    },
    stop() {
      isStopped = true;
      control.stop();
      publishing?.cancel();
      for (const timer of timers) timer.cancel();
      for (const end of unfollow) end();
    },
  };
}
