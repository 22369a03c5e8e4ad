import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../harness/wait.ts';
import type { Loose } from '../harness/api.ts';
import { startControlPlane } from '../harness/server.ts';

const { api } = await startControlPlane({ nodes: ['n1', 'n2'] });

/** Upstream's row is about the cluster that its tests run on: here, that whoever registers as a Ready node becomes one. */
test('Conformance Tests should have at least two untainted nodes', async () => {
  const repels = ({ effect }: Loose) => effect === 'NoSchedule' || effect === 'NoExecute';
  const untainted = async () =>
    (await api.get('/api/v1/nodes')).items.filter(
      ({ spec, status }: Loose) =>
        !spec.unschedulable &&
        !spec.taints?.some(repels) &&
        status.conditions.some((each: Loose) => each.type === 'Ready' && each.status === 'True'),
    );
  await until('two untainted nodes', async () => (await untainted()).length >= 2);
  assert.equal((await untainted()).length, 2);
});
