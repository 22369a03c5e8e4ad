import type { Clock } from '../../base/clock.ts';
import { CpuRates } from './rates.ts';
import { type Reading, readAll, type StatsAgent } from './reading.ts';
import { summarize } from './summary.ts';
import type { Summary } from './summary-types.ts';

export interface NodeStatistics {
  /** At most some seconds old. Throws RuntimeError when the runtime does not answer. */
  summary(): Promise<Summary>;
  reading(): Promise<Reading>;
}

export interface StatisticsOptions {
  readonly agent: StatsAgent;
  readonly nodeName: string;
  readonly clock: Clock;
  /** How long a reading is good for. Default: 5,000. */
  readonly maxAgeMs?: number;
}

/** Reads when asked, and not again for some seconds; whoever asks meanwhile gets the same. */
export function createStatistics({ agent, nodeName, clock, maxAgeMs = 5_000 }: StatisticsOptions): NodeStatistics {
  const rates = new CpuRates();
  let latest: { readonly atMs: number; readonly reading: Promise<Reading> } | undefined;
  let summarized: { readonly of: Reading; readonly summary: Summary } | undefined;
  const reading = (): Promise<Reading> => {
    const atMs = clock.monotonic();
    if (latest && atMs - latest.atMs < maxAgeMs) return latest.reading;
    const read = readAll(agent, clock.now());
    const entry = { atMs, reading: read };
    latest = entry;
    read.catch(() => {
      if (latest === entry) latest = undefined; // the next one tries again; those who wait get the error
    });
    return read;
  };
  return {
    reading,
    async summary() {
      const of = await reading();
      if (summarized?.of !== of) summarized = { of, summary: summarize(of, nodeName, rates) };
      return summarized.summary;
    },
  };
}
