import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namespace } from '../api/core/namespace.ts';
import { pod } from '../api/core/pod.ts';
import { podDisruptionBudget } from '../api/policy/pod-disruption-budget.ts';
import { isApiError } from '../api/status.ts';
import { FakeClock } from '../base/clock.ts';
import { startTestServer } from './api-server.test-helper.ts';
import { createInProcessClient } from './in-process-client.ts';
import { inProcessSubresources } from './in-process-subresources.ts';

test('an eviction from inside the server asks the disruption budget, too', async (t) => {
  const server = await startTestServer();
  t.after(() => server.close());
  const { registry } = server;
  const tokenRequest = () => Promise.reject(new Error('not part of this test'));
  const client = createInProcessClient({
    registry,
    user: { name: 'tester', groups: [] },
    createSubresource: inProcessSubresources({ registry, tokenRequest, clock: new FakeClock() }),
  });
  await client.create(namespace, { metadata: { name: 'n' } });
  const ref = { namespace: 'n', name: 'p' };
  const meta = { ...ref, labels: { a: 'b' } };
  const made = await client.create(pod, { metadata: meta, spec: { containers: [{ name: 'c', image: 'i' }] } });
  const conditions = [{ type: 'Ready', status: 'True' }];
  await client.update(pod, { ...made, status: { phase: 'Running', conditions } }, { subresource: 'status' });
  const spec = { minAvailable: 1, selector: { matchLabels: { a: 'b' } } };
  const budget = await client.create(podDisruptionBudget, { metadata: ref, spec });
  const counted = { currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, observedGeneration: 1 };
  const full = await client.update(
    podDisruptionBudget,
    { ...budget, status: { ...counted, disruptionsAllowed: 0 } },
    { subresource: 'status' },
  );
  const evict = () => client.createSubresource(pod, ref, 'eviction', { deleteOptions: { gracePeriodSeconds: 0 } });
  await assert.rejects(evict(), (error) => isApiError(error, 'TooManyRequests'));
  await client.update(
    podDisruptionBudget,
    { ...full, status: { ...counted, disruptionsAllowed: 1 } },
    { subresource: 'status' },
  );
  await evict();
  await assert.rejects(client.get(pod, ref), (error) => isApiError(error, 'NotFound'));
  assert.equal((await client.get(podDisruptionBudget, ref)).status?.disruptionsAllowed, 0);
  await assert.rejects(
    client.createSubresource(pod, ref, 'exec', {}),
    /pods\/exec from inside the server: not supported/,
  );
});
