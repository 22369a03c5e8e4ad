import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RequestInfo } from './request-info.ts';

const bucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Resources, verbs and codes are few; this only bounds what a hostile client could make up. */
const mostSeries = 4000;

interface Series {
  count: number;
  sumSeconds: number;
  readonly buckets: Uint32Array;
}

/** What the API server counts, and its text form (Prometheus exposition format 0.0.4). */
export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #durations = new Map<string, Series>();
  readonly #loop = monitorEventLoopDelay({ resolution: 10 });
  readonly #gauges = new Map<string, { readonly help: string; readonly read: () => number }>();

  start(): void {
    this.#loop.enable();
  }

  stop(): void {
    this.#loop.disable();
  }

  /** A figure that is read when somebody asks. */
  gauge(name: string, help: string, read: () => number): void {
    this.#gauges.set(name, { help, read });
  }

  /** Counts a finished request. `seconds` is undefined for streams, whose length says nothing. */
  observe(info: RequestInfo, code: number, seconds: number | undefined): void {
    const labels = `verb="${verbLabel(info)}",group="${info.group}",version="${info.version}",resource="${info.resource}",subresource="${info.subresource}"`;
    const counted = `${labels},code="${code}"`;
    const count = this.#requests.get(counted);
    if (count !== undefined || this.#requests.size < mostSeries) this.#requests.set(counted, (count ?? 0) + 1);
    if (seconds === undefined) return;
    let series = this.#durations.get(labels);
    if (!series) {
      if (this.#durations.size >= mostSeries) return;
      series = { count: 0, sumSeconds: 0, buckets: new Uint32Array(bucketsSeconds.length) };
      this.#durations.set(labels, series);
    }
    series.count++;
    series.sumSeconds += seconds;
    const bucket = bucketsSeconds.findIndex((limit) => seconds <= limit);
    if (bucket >= 0) series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
  }

  render(): string {
    const lines = ['# TYPE apiserver_request_total counter'];
    for (const [labels, count] of this.#requests) lines.push(`apiserver_request_total{${labels}} ${count}`);
    lines.push('# TYPE apiserver_request_duration_seconds histogram');
    for (const [labels, series] of this.#durations) {
      let sum = 0;
      bucketsSeconds.forEach((limit, index) => {
        sum += series.buckets[index] ?? 0;
        lines.push(`apiserver_request_duration_seconds_bucket{${labels},le="${limit}"} ${sum}`);
      });
      lines.push(`apiserver_request_duration_seconds_bucket{${labels},le="+Inf"} ${series.count}`);
      lines.push(`apiserver_request_duration_seconds_sum{${labels}} ${series.sumSeconds}`);
      lines.push(`apiserver_request_duration_seconds_count{${labels}} ${series.count}`);
    }
    lines.push('# HELP k3ts_event_loop_lag_seconds Delay of the event loop since the last scrape.');
    lines.push('# TYPE k3ts_event_loop_lag_seconds summary');
    for (const quantile of [50, 90, 99])
      lines.push(`k3ts_event_loop_lag_seconds{quantile="${quantile / 100}"} ${this.#loop.percentile(quantile) / 1e9}`);
    this.#loop.reset();
    for (const [name, { help, read }] of this.#gauges)
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${read()}`);
    const memory = process.memoryUsage();
    const cpu = process.cpuUsage();
    lines.push('# TYPE process_resident_memory_bytes gauge', `process_resident_memory_bytes ${memory.rss}`);
    lines.push('# TYPE process_cpu_seconds_total counter');
    lines.push(`process_cpu_seconds_total ${(cpu.user + cpu.system) / 1e6}`);
    return `${lines.join('\n')}\n`;
  }
}

function verbLabel(info: RequestInfo): string {
  return info.isResource ? info.verb.toUpperCase() : info.verb === '' ? 'OTHER' : info.verb.slice(0, 16).toUpperCase();
}
