import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs `work` `total` times with `inFlight` at once; returns how many a second, and the time of one: median and 99th percentile. */
export async function rate(
  { total, inFlight }: { readonly total: number; readonly inFlight: number },
  work: (i: number) => Promise<unknown>,
): Promise<{ readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number }> {
  const tookMs: number[] = [];
  let next = 0;
  const worker = async () => {
    while (next < total) {
      const i = next++;
      const startMs = performance.now();
      await work(i);
      tookMs.push(performance.now() - startMs);
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - startMs) / 1000;
  tookMs.sort((a, b) => a - b);
  const at = (part: number) => tookMs[Math.floor(tookMs.length * part)] ?? 0;
  return { perSecond: total / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

export function print(what: string, figure: string): void {
  console.log(`${what.padEnd(58)} ${figure}`);
}

export function perSecond(result: { readonly perSecond: number; readonly p99Ms: number }): string {
  return `${Math.round(result.perSecond).toLocaleString('en')}/s, p99 ${result.p99Ms.toFixed(1)} ms`;
}

export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-bench-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Heap and buffers in use after a full collection, if `--expose-gc` was given; else as it is. */
export function usedBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
