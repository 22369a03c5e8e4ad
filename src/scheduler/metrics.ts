import type { Cell, Histogram } from '../base/metrics/families.ts';
import type { MetricRegistry } from '../base/metrics/metrics.ts';

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

/** The scheduler's figures by upstream's names. */
export class SchedulerMetrics {
  readonly #attempts: Readonly<Record<AttemptResult, Cell>>;
  readonly #durations: Readonly<Record<AttemptResult, Histogram>>;

  constructor(
    metrics: MetricRegistry,
    profile: string,
    status: () => { readonly active: number; readonly backoff: number; readonly unschedulable: number },
  ) {
    const labels = ['result', 'profile'];
    const attempts = metrics.counter({
      name: 'scheduler_schedule_attempts_total',
      help: 'Attempts to find a node for a pod.',
      labels,
    });
    const durations = metrics.histogram({
      name: 'scheduler_scheduling_attempt_duration_seconds',
      help: 'How long an attempt took, its binding included.',
      labels,
      buckets: [
        0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192, 16.384,
      ],
    });
    const each = <T>(make: (result: AttemptResult) => T) => ({
      scheduled: make('scheduled'),
      unschedulable: make('unschedulable'),
      error: make('error'),
    });
    this.#attempts = each((result) => attempts.labels(result, profile));
    this.#durations = each((result) => durations.labels(result, profile));
    metrics.read(
      { name: 'scheduler_pending_pods', help: 'Pods without a node.', type: 'gauge', labels: ['queue'] },
      () => Object.entries(status()).map(([queue, pods]) => [[queue], pods] as const),
    );
  }

  attempted(result: AttemptResult, seconds: number): void {
    this.#attempts[result].add();
    this.#durations[result].observe(seconds);
  }
}
