import type { Cell, Histogram } from '../base/metrics/families.ts';
import type { MetricRegistry } from '../base/metrics/metrics.ts';

/** What one controller's queue counts. */
export interface QueueCounts {
  readonly adds: Cell;
  readonly retries: Cell;
  readonly work: Histogram;
  readonly wait: Histogram;
}

const buckets = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100];

/** Controllers' figures by the names of upstream's work queues. */
export class QueueMetrics {
  readonly #adds;
  readonly #retries;
  readonly #work;
  readonly #wait;

  /** `statuses`: how the queues are now, asked when somebody looks. */
  constructor(
    metrics: MetricRegistry,
    statuses: () => Iterable<{ readonly name: string; readonly depth: number; readonly running: number }>,
  ) {
    const labels = ['name'];
    this.#adds = metrics.counter({ name: 'workqueue_adds_total', help: 'Keys that were asked for.', labels });
    this.#retries = metrics.counter({
      name: 'workqueue_retries_total',
      help: 'Keys that failed and come again.',
      labels,
    });
    this.#work = metrics.histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long the work on a key took.',
      labels,
      buckets,
    });
    this.#wait = metrics.histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long keys were due before the work on them began.',
      labels,
      buckets,
    });
    const read = (name: string, help: string, value: 'depth' | 'running') =>
      metrics.read({ name, help, type: 'gauge', labels }, () =>
        [...statuses()].map((status) => [[status.name], status[value]] as const),
      );
    read('workqueue_depth', 'Keys that are due.', 'depth');
    read('workqueue_running', 'Keys that are being worked on.', 'running');
  }

  of(name: string): QueueCounts {
    return {
      adds: this.#adds.labels(name),
      retries: this.#retries.labels(name),
      work: this.#work.labels(name),
      wait: this.#wait.labels(name),
    };
  }
}
