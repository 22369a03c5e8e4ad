import { labelText } from './labels.ts';

export interface Sample {
  readonly suffix: '' | '_bucket' | '_sum' | '_count';
  /** `a="b",c="d"`, or nothing. */
  readonly labels: string;
  readonly value: number;
}

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary';

export interface MetricOptions {
  readonly name: string;
  /** One line. */
  readonly help: string;
  /** Label names. Default: none. */
  readonly labels?: readonly string[];
  /** Most series of this family; what comes later is counted together, as `other`. Default: 2,000. */
  readonly maxSeries?: number;
}

/** One name with its help and all its series. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  samples(): Iterable<Sample>;
}

/** The series of a family by their label values; bounded. */
abstract class LabelledFamily<Series extends { readonly labels: string }> implements MetricFamily {
  readonly name: string;
  readonly help: string;
  abstract readonly type: MetricType;
  readonly #labels: readonly string[];
  readonly #maxSeries: number;
  readonly #series = new Map<string, Series>();

  constructor({ name, help, labels = [], maxSeries = 2000 }: MetricOptions) {
    this.name = name;
    this.help = help;
    this.#labels = labels;
    this.#maxSeries = maxSeries;
  }

  protected abstract make(labels: string): Series;

  /** The series of these label values. Keep it where it is used often: finding it costs more than counting. */
  labels(...values: readonly string[]): Series {
    const key = values.join('\u0000');
    const known = this.#series.get(key);
    if (known) return known;
    const other = values.map(() => 'other');
    if (this.#series.size >= this.#maxSeries && key !== other.join('\u0000')) return this.labels(...other);
    const made = this.make(labelText(this.#labels, values));
    this.#series.set(key, made);
    return made;
  }

  /** Forgets a series; for what has gone and would be shown for ever. */
  remove(...values: readonly string[]): void {
    this.#series.delete(values.join('\u0000'));
  }

  protected all(): Iterable<Series> {
    return this.#series.values();
  }

  abstract samples(): Iterable<Sample>;
}

/** A number with its labels. */
export class Cell {
  readonly labels: string;
  value = 0;

  constructor(labels: string) {
    this.labels = labels;
  }

  add(by = 1): void {
    this.value += by;
  }

  set(value: number): void {
    this.value = value;
  }
}

class Cells extends LabelledFamily<Cell> {
  readonly type: MetricType = 'gauge';

  protected make(labels: string): Cell {
    return new Cell(labels);
  }

  *samples(): Iterable<Sample> {
    for (const { labels, value } of this.all()) yield { suffix: '', labels, value };
  }
}

export class Counters extends Cells {
  override readonly type = 'counter';
}

export class Gauges extends Cells {
  override readonly type = 'gauge';
}

/** How often each size was seen. */
export class Histogram {
  readonly labels: string;
  readonly #bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(labels: string, bounds: readonly number[]) {
    this.labels = labels;
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at++;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#sum += value;
  }

  *samples(): Iterable<Sample> {
    const comma = this.labels === '' ? '' : `${this.labels},`;
    let count = 0;
    for (let at = 0; at < this.#counts.length; at++) {
      count += this.#counts[at] ?? 0;
      const bound = at < this.#bounds.length ? String(this.#bounds[at]) : '+Inf';
      yield { suffix: '_bucket', labels: `${comma}le="${bound}"`, value: count };
    }
    yield { suffix: '_sum', labels: this.labels, value: this.#sum };
    yield { suffix: '_count', labels: this.labels, value: count };
  }
}

export class Histograms extends LabelledFamily<Histogram> {
  readonly type = 'histogram';
  readonly #buckets: readonly number[];

  constructor(options: MetricOptions & { readonly buckets: readonly number[] }) {
    super(options);
    this.#buckets = options.buckets;
  }

  protected make(labels: string): Histogram {
    return new Histogram(labels, this.#buckets);
  }

  *samples(): Iterable<Sample> {
    for (const series of this.all()) yield* series.samples();
  }
}
