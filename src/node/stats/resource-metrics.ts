import { type Metric, type MetricValue, prometheusText } from './prometheus.ts';
import type { Reading } from './reading.ts';

type Value = MetricValue | undefined;

/** `/metrics/resource` of one reading: what metrics-server scrapes. Undefined: it could not be read. */
export function resourceMetrics(reading: Reading | undefined): string {
  const failed = reading ? 0 : 1;
  return prometheusText([
    ...(reading ? [...nodeMetrics(reading), ...containerMetrics(reading), ...podMetrics(reading)] : []),
    gauge('scrape_error', '1 if there was an error while getting container metrics, 0 otherwise', [{ value: failed }]),
    gauge('resource_scrape_error', '1 if there was an error while getting container metrics, 0 otherwise', [
      { value: failed },
    ]),
  ]);
}

function nodeMetrics({ atMs, host }: Reading): readonly Metric[] {
  return [
    counter('node_cpu_usage_seconds_total', 'Cumulative cpu time consumed by the node in core-seconds', [
      { value: host.cpuNanoseconds / 1e9, atMs },
    ]),
    gauge('node_memory_working_set_bytes', 'Current working set of the node in bytes', [
      { value: host.memory.workingSetBytes, atMs },
    ]),
    gauge('node_swap_usage_bytes', 'Current swap usage of the node in bytes', [{ value: host.swap.usageBytes, atMs }]),
  ];
}

function containerMetrics({ pods }: Reading): readonly Metric[] {
  const containers = pods.flatMap(({ pod, containers }) =>
    containers.map(({ view, stats }) => ({
      labels: { container: view.name, namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name ?? '' },
      view,
      stats,
    })),
  );
  return [
    counter(
      'container_cpu_usage_seconds_total',
      'Cumulative cpu time consumed by the container in core-seconds',
      containers.map(({ labels, stats: { cpu } }) =>
        measuredValue(labels, cpu?.usageCoreNanoSeconds, cpu?.timestamp, 1e-9),
      ),
    ),
    gauge(
      'container_memory_working_set_bytes',
      'Current working set of the container in bytes',
      containers.map(({ labels, stats: { memory } }) =>
        measuredValue(labels, memory?.workingSetBytes, memory?.timestamp),
      ),
    ),
    gauge(
      'container_start_time_seconds',
      'Start time of the container since unix epoch in seconds',
      containers.map(({ labels, view }) => ({ labels, value: view.startedAtMs / 1000 })),
    ),
    gauge(
      'container_swap_usage_bytes',
      'Current amount of the container swap usage in bytes',
      containers.map(({ labels, stats: { swap } }) => measuredValue(labels, swap?.swapUsageBytes, swap?.timestamp)),
    ),
  ];
}

function podMetrics({ pods }: Reading): readonly Metric[] {
  const labelled = pods.map(({ pod, stats }) => ({
    labels: { namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name ?? '' },
    cpu: stats.linux?.cpu,
    memory: stats.linux?.memory,
  }));
  return [
    counter(
      'pod_cpu_usage_seconds_total',
      'Cumulative cpu time consumed by the pod in core-seconds',
      labelled.map(({ labels, cpu }) => measuredValue(labels, cpu?.usageCoreNanoSeconds, cpu?.timestamp, 1e-9)),
    ),
    gauge(
      'pod_memory_working_set_bytes',
      'Current working set of the pod in bytes',
      labelled.map(({ labels, memory }) => measuredValue(labels, memory?.workingSetBytes, memory?.timestamp)),
    ),
  ];
}

function measuredValue(
  labels: Readonly<Record<string, string>>,
  measured: { readonly value: number } | undefined,
  nanoseconds: number | undefined,
  factor = 1,
): Value {
  if (!measured) return undefined;
  return { labels, value: measured.value * factor, ...(nanoseconds && { atMs: nanoseconds / 1e6 }) };
}

function counter(name: string, help: string, values: readonly Value[]): Metric {
  return { name, help, type: 'counter', values: values.filter((value) => value !== undefined) };
}

function gauge(name: string, help: string, values: readonly Value[]): Metric {
  return { name, help, type: 'gauge', values: values.filter((value) => value !== undefined) };
}
