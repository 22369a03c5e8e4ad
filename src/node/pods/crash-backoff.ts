import type { ContainerView, CrashBackoff } from './types.ts';

export const firstCrashDelayMs = 10_000;
export const longestCrashDelayMs = 300_000;
/** A container that ran this long is taken as healthy: the next crash waits the first delay again. */
export const healthyRunMs = 600_000;

/**
 * The waiting time that follows this end of a container: none after the first end, then 10 s, doubled each time, up to
 * 5 minutes. Without memory (the agent was restarted) it follows from the restart count.
 */
export function nextCrashBackoff(last: CrashBackoff | undefined, ended: ContainerView): CrashBackoff {
  if (last?.afterFinishMs === ended.finishedAtMs) return last;
  const ran = ended.startedAtMs > 0 ? ended.finishedAtMs - ended.startedAtMs : 0;
  let delayMs: number;
  if (ran >= healthyRunMs || ended.attempt === 0) delayMs = 0;
  else if (last) delayMs = last.delayMs === 0 ? firstCrashDelayMs : last.delayMs * 2;
  else delayMs = firstCrashDelayMs * 2 ** Math.min(ended.attempt - 1, 10);
  return { delayMs: Math.min(delayMs, longestCrashDelayMs), afterFinishMs: ended.finishedAtMs };
}

/** Upstream's words of a delay: Go prints 80 s as `1m20s`. */
export function formatDelay(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
