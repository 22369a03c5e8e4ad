import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from './clock.ts';

/** What the process has used and holds now. */
export interface ProcessUsage {
  /** Of all threads, since the start. */
  readonly cpuMs: number;
  /** Heap as it is laid out (not only what is in use), and buffers. */
  readonly heldBytes: number;
}

export interface IdleMemoryOptions {
  readonly clock: Clock;
  readonly usage?: () => ProcessUsage;
  readonly collect?: () => void;
}

const lookMs = 5000;
/** Less CPU time between two looks than this means that nobody waits for anything. */
const idleCpuMs = 0.03 * lookMs;
const idleLooks = 2;
/** What is worth a collection. */
const worthBytes = 8 * 2 ** 20;
const pauseMs = 600_000;

/**
 * Gives memory back to the system that V8 keeps for a load which has gone: young space, pages of the heap, what only the start
 * needed. V8 does so by itself only under pressure, which a small machine feels first elsewhere. It stops the process for a
 * tenth of a second (more on a slow machine), so it happens when there is nothing to do, where it is worth it, and at most
 * every ten minutes. Returns how to end it.
 */
export function giveBackWhenIdle({ clock, usage = processUsage, collect = collectAll }: IdleMemoryOptions): () => void {
  let last = usage().cpuMs;
  let idle = 0;
  let keptBytes = 0;
  let notBeforeMs = 0;
  let timer = clock.after(lookMs, look);
  function look(): void {
    timer = clock.after(lookMs, look);
    const { cpuMs, heldBytes } = usage();
    idle = cpuMs - last < idleCpuMs ? idle + 1 : 0;
    last = cpuMs;
    if (idle < idleLooks || heldBytes < keptBytes + worthBytes || clock.monotonic() < notBeforeMs) return;
    collect();
    const after = usage();
    keptBytes = after.heldBytes;
    last = after.cpuMs;
    notBeforeMs = clock.monotonic() + pauseMs;
  }
  return () => timer.cancel();
}

function processUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  const { heapTotal, external } = process.memoryUsage();
  return { cpuMs: (user + system) / 1000, heldBytes: heapTotal + external };
}

/** The collection that V8 itself makes before it gives up for want of memory: the only one that returns all free pages. */
function collectAll(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: { type: 'major'; flavor: 'last-resort' }) => void;
  gc({ type: 'major', flavor: 'last-resort' });
}
