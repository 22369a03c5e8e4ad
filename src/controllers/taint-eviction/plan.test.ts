import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, Taint, Toleration } from '../../api/schema/generated/types/core-v1.ts';
import { evictionInMs } from './plan.ts';

const nowMs = Date.UTC(2026, 0, 1, 0, 1);
const taint: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' };
const tolerate = (tolerationSeconds?: number): Toleration => ({
  key: taint.key,
  operator: 'Exists',
  effect: 'NoExecute',
  ...(tolerationSeconds !== undefined && { tolerationSeconds }),
});

const rows: readonly {
  name: string;
  taints: readonly Taint[];
  tolerations: readonly Toleration[];
  want: number | undefined;
}[] = [
  { name: 'no taint, no eviction', taints: [], tolerations: [], want: undefined },
  {
    name: 'NoSchedule drives nobody away',
    taints: [{ ...taint, effect: 'NoSchedule' }],
    tolerations: [],
    want: undefined,
  },
  { name: 'without a toleration at once', taints: [taint], tolerations: [], want: 0 },
  { name: 'a toleration without seconds is for ever', taints: [taint], tolerations: [tolerate()], want: undefined },
  { name: 'seconds count from the taint', taints: [taint], tolerations: [tolerate(300)], want: 240_000 },
  { name: 'the time may be over', taints: [taint], tolerations: [tolerate(30)], want: 0 },
  { name: 'the shortest time counts', taints: [taint], tolerations: [tolerate(300), tolerate(90)], want: 30_000 },
  {
    name: 'all taints must be tolerated',
    taints: [taint, { key: 'other', effect: 'NoExecute' }],
    tolerations: [tolerate()],
    want: 0,
  },
];
for (const { name, taints, tolerations, want } of rows)
  test(name, () => {
    const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [], tolerations } };
    assert.equal(evictionInMs(pod, taints, nowMs), want);
  });
