import { type MetricRegistry, metricsContentType } from '../../base/metrics/metrics.ts';
import { sendBody } from '../http/respond.ts';
import type { PathRoute } from './paths.ts';

/** `/metrics` and its like. As upstream the text form only: OpenMetrics is not negotiated. */
export function metricsRoute(metrics: MetricRegistry, path = '/metrics'): PathRoute {
  return { path, handler: (request) => sendBody(request, 200, metricsContentType, metrics.render()) };
}
