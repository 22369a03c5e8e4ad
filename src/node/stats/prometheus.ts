/** One metric with its values, as Prometheus' text format has it. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly values: readonly MetricValue[];
}

export interface MetricValue {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  /** Milliseconds since 1970. Default: the time of the scrape. */
  readonly atMs?: number;
}

/** Metrics without a value are left out. */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ values }) => values.length > 0)
    .map(({ name, help, type, values }) =>
      [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...values.map((value) => line(name, value)), ''].join('\n'),
    )
    .join('');
}

function line(name: string, { labels, value, atMs }: MetricValue): string {
  const pairs = Object.entries(labels ?? {}).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
  const time = atMs === undefined ? '' : ` ${Math.round(atMs)}`;
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}${time}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
