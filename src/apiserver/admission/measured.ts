import type { Histogram } from '../../base/metrics/families.ts';
import type { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';

type Series = Map<string, Histogram>;

/** The same plugins, each with its time by upstream's name and labels. */
export function measured(plugins: readonly AdmissionPlugin[], metrics: MetricRegistry): readonly AdmissionPlugin[] {
  const durations = metrics.histogram({
    name: 'apiserver_admission_controller_admission_duration_seconds',
    help: 'How long admission plugins took.',
    labels: ['name', 'operation', 'rejected', 'type'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1.0, 2.5],
  });
  const wrap = (plugin: AdmissionPlugin): AdmissionPlugin => {
    const known: Series = new Map();
    const observe = (type: string, operation: string, rejected: boolean, startMs: number) => {
      const key = `${type}${operation}${rejected}`;
      let series = known.get(key);
      if (!series) {
        series = durations.labels(plugin.name, operation, String(rejected), type);
        known.set(key, series);
      }
      series.observe((performance.now() - startMs) / 1000);
    };
    const timed =
      <Object>(type: string, step: (request: AdmissionRequest, object: Object) => Promise<void> | void) =>
      (request: AdmissionRequest, object: Object): Promise<void> | void => {
        const { operation } = request;
        const startMs = performance.now();
        let pending: Promise<void> | void;
        try {
          pending = step.call(plugin, request, object);
        } catch (error) {
          observe(type, operation, true, startMs);
          throw error;
        }
        if (!pending) return observe(type, operation, false, startMs);
        return pending.then(
          () => observe(type, operation, false, startMs),
          (error: unknown) => {
            observe(type, operation, true, startMs);
            throw error;
          },
        );
      };
    const { mutate, allocate, validate, settled } = plugin;
    return {
      name: plugin.name,
      handles: (request) => plugin.handles(request),
      ...(mutate && { mutate: timed('admit', mutate) }),
      ...(allocate && { allocate: timed('admit', allocate) }),
      ...(validate && { validate: timed('validate', validate) }),
      ...(settled && { settled: (request: AdmissionRequest) => settled.call(plugin, request) }),
    };
  };
  return plugins.map(wrap);
}
