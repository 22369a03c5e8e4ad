import { appendFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { print } from './run.ts';

/** One measured value, beside what it should be and what was measured bare in the same run. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Of DESIGN.md section 6; a figure without one is told for understanding. */
  readonly budget?: { readonly atMost: number } | { readonly atLeast: number };
  /** What stands beside it: `bare node:http2: 38,000/s`. */
  readonly beside?: string;
  /** Load average of the last minute when it was measured. */
  readonly load: number;
}

export type Verdict = 'met' | 'missed' | '';

export function verdict({ value, budget }: Pick<Figure, 'value' | 'budget'>): Verdict {
  if (!budget) return '';
  return ('atMost' in budget ? value <= budget.atMost : value >= budget.atLeast) ? 'met' : 'missed';
}

/** Which part of its budget a figure misses, 0 when it is met: 0.25 is a quarter too much, or too little. */
export function shortfall({ value, budget }: Pick<Figure, 'value' | 'budget'>): number {
  if (!budget) return 0;
  return Math.max(0, 'atMost' in budget ? value / budget.atMost - 1 : 1 - value / budget.atLeast);
}

/** Prints a figure, and hands it to bench/all.ts where that runs this part. */
export function report(measured: Omit<Figure, 'load'>): void {
  const figure: Figure = { ...measured, load: Math.round((loadavg()[0] ?? 0) * 100) / 100 };
  const words = [amount(figure), budgetWords(figure), figure.beside].filter((part) => part);
  print(figure.what, words.join('; '));
  const file = process.env['K3TS_BENCH_FIGURES'];
  if (file) appendFileSync(file, `${JSON.stringify(figure)}\n`);
}

export function amount({ value, unit }: Pick<Figure, 'value' | 'unit'>): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const text = value.toLocaleString('en', { maximumFractionDigits: digits });
  return unit.startsWith('/') ? text + unit : `${text} ${unit}`;
}

function budgetWords(figure: Figure): string {
  if (!figure.budget) return '';
  return `budget ${limit(figure)}: ${verdict(figure)}`;
}

export function limit({ budget, unit }: Pick<Figure, 'budget' | 'unit'>): string {
  if (!budget) return '';
  return 'atMost' in budget
    ? `≤ ${amount({ value: budget.atMost, unit })}`
    : `≥ ${amount({ value: budget.atLeast, unit })}`;
}

/** A table in Markdown, the figures in their order. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) =>
    [figure.what, amount(figure), limit(figure), verdict(figure), figure.beside ?? '', figure.load].join(' | '),
  );
  const head = [
    'what | measured | budget | verdict | beside it, in the same run | load',
    '--- | ---: | ---: | --- | --- | ---:',
  ];
  return [...head, ...rows].map((row) => `| ${row} |\n`).join('');
}
