import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { errorCode } from '../../base/errors.ts';
import type { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { VersionInfo } from '../routes/version.ts';

/** Figures of the process, by the names that Prometheus' client libraries use. Ends with what it gives back. */
export function addProcessMetrics(metrics: MetricRegistry, version: VersionInfo): { stop(): void } {
  const loop = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();
  const one = (type: 'gauge' | 'counter', name: string, help: string, value: () => number) =>
    metrics.readOne({ name, help, type }, value);
  one('counter', 'process_cpu_seconds_total', 'CPU time of the process.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  one('gauge', 'process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  one('gauge', 'process_start_time_seconds', 'When the process began, in seconds since 1970.', () =>
    Math.round(performance.timeOrigin / 1000),
  );
  one('gauge', 'process_open_fds', 'Open file descriptors.', openFiles);
  one('gauge', 'process_max_fds', 'Most open file descriptors.', mostFiles);
  one('gauge', 'nodejs_heap_size_used_bytes', 'Heap in use.', () => getHeapStatistics().used_heap_size);
  one('gauge', 'nodejs_heap_size_total_bytes', 'Heap of the process.', () => getHeapStatistics().total_heap_size);
  one('gauge', 'nodejs_external_memory_bytes', 'Memory of buffers.', () => process.memoryUsage().external);
  metrics.read(
    {
      name: 'nodejs_eventloop_lag_seconds',
      help: 'Delay of the event loop since the last time that somebody asked.',
      type: 'summary',
      labels: ['quantile'],
    },
    () => {
      const read = [50, 90, 99].map((percent) => [[String(percent / 100)], loop.percentile(percent) / 1e9] as const);
      loop.reset();
      return read;
    },
  );
  metrics.read(
    {
      name: 'kubernetes_build_info',
      help: 'What runs here; always 1.',
      type: 'gauge',
      labels: ['git_version', 'git_commit', 'build_date', 'platform'],
    },
    () => [
      [[version.gitVersion, version.gitCommit, version.buildDate, `${process.platform}/${process.arch}`], 1] as const,
    ],
  );
  return { stop: () => void loop.disable() };
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Number.NaN; // no Linux
    throw error;
  }
}

function mostFiles(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Number.NaN);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Number.NaN; // no Linux
    throw error;
  }
}
