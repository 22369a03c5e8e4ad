import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../api/schema/generated/types/policy-v1.ts';
import { planBudget } from './plan.ts';

const nowMs = Date.UTC(2026, 0, 1);

function pods(ready: number, unready = 0): Pod[] {
  return Array.from({ length: ready + unready }, (_, at) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${at}` },
    status: { conditions: [{ type: 'Ready', status: at < ready ? 'True' : 'False' }] },
  }));
}

function budget(spec: PodDisruptionBudget['spec'], disruptedPods?: Record<string, string>): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b' },
    ...(spec && { spec }),
    ...(disruptedPods && { status: { disruptedPods } }),
  };
}

const rows = [
  { name: 'a number must stay', budget: budget({ minAvailable: 2 }), pods: pods(3), want: [1, 3, 2, 3] },
  { name: 'fewer than must stay', budget: budget({ minAvailable: 5 }), pods: pods(3), want: [0, 3, 5, 3] },
  { name: 'a share must stay, rounded up', budget: budget({ minAvailable: '50%' }), pods: pods(5), want: [2, 5, 3, 5] },
  { name: 'a number may go', budget: budget({ maxUnavailable: 1 }), pods: pods(4, 1), want: [0, 4, 4, 5] },
  { name: 'a share may go', budget: budget({ maxUnavailable: '40%' }), pods: pods(5), want: [2, 5, 3, 5] },
  { name: 'no pods, no disruptions', budget: budget({ maxUnavailable: 1 }), pods: [], want: [0, 0, 0, 0] },
  {
    name: 'an eviction under way counts until it is overdue',
    budget: budget({ minAvailable: 1 }, { p0: '2025-12-31T23:59:00Z', p1: '2025-12-31T23:00:00Z' }),
    pods: pods(3),
    want: [1, 2, 1, 3],
  },
];
for (const row of rows)
  test(row.name, () => {
    const { status } = planBudget(row.budget, { pods: row.pods, expectedScale: row.pods.length, nowMs });
    assert.deepEqual(
      [status.disruptionsAllowed, status.currentHealthy, status.desiredHealthy, status.expectedPods],
      row.want,
    );
    assert.equal(status.conditions?.[0]?.status, row.want[0] ? 'True' : 'False');
  });
