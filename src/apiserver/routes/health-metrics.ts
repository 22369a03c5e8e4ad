import { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { HealthObserver } from './health.ts';

/** What came of health checks, by upstream's names: `/metrics/slis`. */
export function createHealthMetrics(): { readonly metrics: MetricRegistry; readonly observe: HealthObserver } {
  const metrics = new MetricRegistry();
  const state = metrics.gauge({
    name: 'kubernetes_healthcheck',
    help: 'Whether a check passed when it was last made.',
    labels: ['name', 'type'],
  });
  const total = metrics.counter({
    name: 'kubernetes_healthchecks_total',
    help: 'Checks that were made.',
    labels: ['name', 'type', 'status'],
  });
  return {
    metrics,
    observe(endpoint, name, isWell) {
      state.labels(name, endpoint).set(isWell ? 1 : 0);
      total.labels(name, endpoint, isWell ? 'success' : 'error').add();
    },
  };
}
