import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { service } from '../api/core/service.ts';
import { endpointSlice } from '../api/discovery/endpoint-slice.ts';
import type { Kind } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import { isApiError } from '../api/status.ts';
import { parseCidr } from '../base/cidr.ts';
import { FakeClock } from '../base/clock.ts';
import { startTestServer } from './api-server.test-helper.ts';
import { createInProcessClient } from './in-process-client.ts';

test('the kubernetes service and its addresses come back when somebody removes them', async (t) => {
  const clock = new FakeClock(Date.now());
  const cidr = parseCidr('10.43.0.0/16') ?? assert.fail();
  const systemObjects = {
    serviceCidrs: [cidr] as const,
    advertised: { address: '192.0.2.1', port: 6443 },
  };
  const server = await startTestServer({ overrides: { clock, systemObjects } });
  t.after(() => server.close());
  const client = createInProcessClient({ registry: server.registry, user: { name: 'tester', groups: [] } });
  const ref = { namespace: 'default', name: 'kubernetes' };
  /** The store's thread answers in real time. */
  const back = async <T extends KubeObject>(kind: Kind<T>): Promise<T> => {
    for (const endMs = performance.now() + 10_000; ; await turn())
      try {
        return await client.get(kind, ref);
      } catch (error) {
        if (!isApiError(error, 'NotFound') || performance.now() > endMs) throw error;
      }
  };
  await client.delete(service, ref);
  await client.delete(endpointSlice, ref);
  await clock.advance(10_000);
  assert.equal((await back(service)).spec?.clusterIP, '10.43.0.1');
  assert.deepEqual((await back(endpointSlice)).endpoints?.[0]?.addresses, ['192.0.2.1']);

  const { revision } = server.registry.cache;
  for (let time = 0; time < 3; time++) await clock.advance(10_000);
  assert.equal(server.registry.cache.revision, revision, 'at rest nothing is written');
  await server.server.stop(0);
  assert.equal(clock.pendingTimers, 0);
});
