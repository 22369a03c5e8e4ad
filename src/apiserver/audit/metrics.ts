import type { MetricRegistry } from '../../base/metrics/metrics.ts';

/** What the audit log counts, by upstream's names. */
export class AuditMetrics {
  readonly #events;
  readonly #errors;
  readonly #levels;
  readonly #rejected;

  constructor(metrics: MetricRegistry) {
    this.#events = metrics.counter({ name: 'apiserver_audit_event_total', help: 'Events that were made.' }).labels();
    this.#errors = metrics.counter({
      name: 'apiserver_audit_error_total',
      help: 'Events that were lost.',
      labels: ['plugin'],
    });
    this.#levels = metrics.counter({
      name: 'apiserver_audit_level_total',
      help: 'Requests by the level that the policy gives them.',
      labels: ['level'],
    });
    this.#rejected = metrics
      .counter({
        name: 'apiserver_audit_requests_rejected_total',
        help: 'Requests that were refused as they could not be written down.',
      })
      .labels();
  }

  event(): void {
    this.#events.add();
  }

  level(level: string): void {
    this.#levels.labels(level).add();
  }

  lost(plugin: string, events: number): void {
    this.#errors.labels(plugin).add(events);
  }

  rejected(): void {
    this.#rejected.add();
  }
}
