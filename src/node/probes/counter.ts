import type { Probe } from '../../api/schema/generated/types/core-v1.ts';

/** Successes or failures in a row; the verdict changes when a threshold is reached. Pure. */
export interface Count {
  readonly last: boolean | undefined;
  readonly run: number;
  /** Undefined: no threshold reached yet. */
  readonly verdict: boolean | undefined;
}

export const noCount: Count = { last: undefined, run: 0, verdict: undefined };

export function countResult(count: Count, success: boolean, probe: Probe): Count {
  const run = count.last === success ? count.run + 1 : 1;
  const threshold = success ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
  return { last: success, run, verdict: run >= threshold ? success : count.verdict };
}
