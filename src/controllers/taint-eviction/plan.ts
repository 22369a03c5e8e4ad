import { tolerates } from '../../api/core/node-selection.ts';
import type { Pod, Taint } from '../../api/schema/generated/types/core-v1.ts';
import { timeMs } from '../shared/pods.ts';

/** Milliseconds until NoExecute taints drive the pod away: 0 is now, undefined is never. */
export function evictionInMs({ spec }: Pod, taints: readonly Taint[] | undefined, nowMs: number): number | undefined {
  let leastMs: number | undefined;
  for (const taint of taints ?? []) {
    if (taint.effect !== 'NoExecute') continue;
    const matching = (spec?.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    if (matching.length === 0) return 0;
    for (const { tolerationSeconds } of matching) {
      if (tolerationSeconds === undefined) continue;
      const untilMs = (timeMs(taint.timeAdded) ?? nowMs) + Math.max(0, tolerationSeconds) * 1_000;
      leastMs = Math.min(leastMs ?? Number.POSITIVE_INFINITY, Math.max(0, untilMs - nowMs));
    }
  }
  return leastMs;
}
