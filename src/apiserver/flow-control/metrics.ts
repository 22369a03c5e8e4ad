import type { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { PriorityLevel } from './level.ts';
import type { Schema, SchemaCounts } from './schema.ts';

const prefix = 'apiserver_flowcontrol_';
const seconds = [0.0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];

/** What flow control counts, by upstream's names. */
export class FlowMetrics {
  readonly #rejected;
  readonly #dispatched;
  readonly #executing;
  readonly #executingSeats;
  readonly #waiting;
  readonly #executed;
  readonly #waited;
  readonly #seats;

  constructor(metrics: MetricRegistry, levels: () => Iterable<PriorityLevel>) {
    const labels = ['priority_level', 'flow_schema'];
    const counter = (name: string, help: string, more: readonly string[] = []) =>
      metrics.counter({ name: `${prefix}${name}`, help, labels: [...labels, ...more] });
    const gauge = (name: string, help: string) => metrics.gauge({ name: `${prefix}${name}`, help, labels });
    this.#rejected = counter('rejected_requests_total', 'Requests that were refused.', ['reason']);
    this.#dispatched = counter('dispatched_requests_total', 'Requests that were let in.');
    this.#executing = gauge('current_executing_requests', 'Requests that are worked on (watches: begun).');
    this.#executingSeats = gauge('current_executing_seats', 'Seats of the requests that are worked on.');
    this.#waiting = gauge('current_inqueue_requests', 'Requests that wait for a seat.');
    this.#executed = metrics.histogram({
      name: `${prefix}request_execution_seconds`,
      help: 'How long requests held their seats.',
      labels,
      buckets: seconds.slice(1),
    });
    this.#waited = metrics.histogram({
      name: `${prefix}request_wait_duration_seconds`,
      help: 'How long requests waited for their seats.',
      labels: [...labels, 'execute'],
      buckets: seconds,
    });
    this.#seats = metrics.histogram({
      name: `${prefix}work_estimated_seats`,
      help: 'How many seats requests were taken to need, those that need one left out.',
      labels,
      buckets: [1, 2, 4, 10],
    });
    this.#levels(metrics, levels);
  }

  /** Of one schema; kept by it, as finding a series is dearer than counting. */
  of(name: string, level: string): SchemaCounts {
    return {
      dispatched: this.#dispatched.labels(level, name),
      executing: this.#executing.labels(level, name),
      executingSeats: this.#executingSeats.labels(level, name),
      waiting: this.#waiting.labels(level, name),
      executed: this.#executed.labels(level, name),
      waited: this.#waited.labels(level, name, 'true'),
    };
  }

  rejected(level: string, schema: string, reason: string): void {
    this.#rejected.labels(level, schema, reason).add();
  }

  gaveUp({ name, level }: Schema, waitedSeconds: number): void {
    this.#waited.labels(level.name, name, 'false').observe(waitedSeconds);
  }

  seats({ name, level }: Schema, width: number): void {
    this.#seats.labels(level.name, name).observe(width);
  }

  #levels(metrics: MetricRegistry, levels: () => Iterable<PriorityLevel>): void {
    const read = (name: string, help: string, value: (level: PriorityLevel) => number) =>
      metrics.read({ name: `${prefix}${name}`, help, type: 'gauge', labels: ['priority_level'] }, () =>
        [...levels()].map((level) => [[level.name], value(level)] as const),
      );
    read('nominal_limit_seats', 'Seats by shares.', ({ share }) => share.nominal);
    read('lower_limit_seats', 'Seats that are never lent.', ({ share }) => share.least);
    read('upper_limit_seats', 'Most seats, borrowed ones included.', ({ share }) => share.most);
    read('current_limit_seats', 'Seats that it has now.', ({ limit }) => limit);
    read('target_seats', 'Seats that it was meant to have at the last adjustment.', ({ target }) => target);
    read('demand_seats_smoothed', 'Seats that it wanted lately.', ({ demand }) => demand.smoothed);
    read('current_inqueue_seats', 'Seats that waiting requests need.', ({ queues }) => queues.waitingSeats);
  }
}
