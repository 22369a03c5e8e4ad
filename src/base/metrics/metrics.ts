import {
  Counters,
  Gauges,
  Histograms,
  type MetricFamily,
  type MetricOptions,
  type MetricType,
  type Sample,
} from './families.ts';
import { labelText } from './labels.ts';
import { renderFamily } from './text.ts';

/** The content type of `MetricRegistry.render`. */
export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Label values in the order of the family's labels, and the figure. */
export type Reading = readonly [labelValues: readonly string[], value: number];

/**
 * What a process counts, and its text form (Prometheus exposition format 0.0.4). A family is made once by whoever counts
 * and is shown from then on; names are unique.
 */
export class MetricRegistry {
  readonly #families = new Map<string, MetricFamily>();

  counter(options: MetricOptions): Counters {
    return this.#add(new Counters(options));
  }

  gauge(options: MetricOptions): Gauges {
    return this.#add(new Gauges(options));
  }

  /** `buckets`: upper bounds, ascending, without infinity. */
  histogram(options: MetricOptions & { readonly buckets: readonly number[] }): Histograms {
    return this.#add(new Histograms(options));
  }

  /** Figures that are read when somebody asks. */
  read(options: MetricOptions & { readonly type: MetricType }, readings: () => Iterable<Reading>): void {
    const { name, help, type, labels = [] } = options;
    this.#add({
      name,
      help,
      type,
      *samples(): Iterable<Sample> {
        for (const [values, value] of readings()) yield { suffix: '', labels: labelText(labels, values), value };
      },
    });
  }

  /** One figure without labels that is read when somebody asks. */
  readOne(options: { readonly name: string; readonly help: string; readonly type: MetricType }, value: () => number) {
    this.read(options, () => [[[], value()]]);
  }

  /** Whether a family of this name is here. */
  has(name: string): boolean {
    return this.#families.has(name);
  }

  render(): string {
    const parts: string[] = [];
    for (const family of this.#families.values()) renderFamily(family, parts);
    return parts.join('');
  }

  #add<T extends MetricFamily>(family: T): T {
    if (this.#families.has(family.name)) throw new Error(`metric ${family.name}: there is one of this name already`);
    this.#families.set(family.name, family);
    return family;
  }
}
