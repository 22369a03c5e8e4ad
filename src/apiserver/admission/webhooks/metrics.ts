import type { ApiError } from '../../../api/status.ts';
import type { MetricRegistry } from '../../../base/metrics/metrics.ts';

/** What came of one call of a webhook. */
export interface WebhookOutcome {
  readonly name: string;
  readonly type: 'admit' | 'validating';
  readonly operation: string;
  readonly seconds: number;
  /** With what the request was refused; undefined: it was not. */
  readonly refused: ApiError | undefined;
  /** The webhook could not be asked, or answered nonsense. */
  readonly failed: boolean;
}

/** Calls of admission webhooks by upstream's names and labels. */
export function webhookMetrics(metrics: MetricRegistry): (outcome: WebhookOutcome) => void {
  const durations = metrics.histogram({
    name: 'apiserver_admission_webhook_admission_duration_seconds',
    help: 'How long admission webhooks took to answer.',
    labels: ['name', 'type', 'operation', 'rejected'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 10, 25],
  });
  const requests = metrics.counter({
    name: 'apiserver_admission_webhook_request_total',
    help: 'Calls of admission webhooks.',
    labels: ['name', 'type', 'operation', 'code', 'rejected'],
  });
  const rejections = metrics.counter({
    name: 'apiserver_admission_webhook_rejection_count',
    help: 'Requests that were refused by an admission webhook, or because it failed.',
    labels: ['name', 'type', 'operation', 'error_type', 'rejection_code'],
  });
  const passedOver = metrics.counter({
    name: 'apiserver_admission_webhook_fail_open_count',
    help: 'Calls of admission webhooks that failed and were passed over.',
    labels: ['name', 'type'],
  });
  return ({ name, type, operation, seconds, refused, failed }) => {
    const isRefused = refused !== undefined;
    const code = refused?.httpCode ?? (failed ? 500 : 200);
    durations.labels(name, type, operation, String(isRefused)).observe(seconds);
    requests.labels(name, type, operation, String(code), String(isRefused)).add();
    const why = failed ? 'calling_webhook_error' : 'no_error';
    if (isRefused) rejections.labels(name, type, operation, why, String(code)).add();
    else if (failed) passedOver.labels(name, type).add();
  };
}
