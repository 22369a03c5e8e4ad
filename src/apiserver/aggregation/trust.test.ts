import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap } from '../../api/core/config-map.ts';
import { ApiError } from '../../api/status.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import { startTestServer } from '../api-server.test-helper.ts';
import { createInProcessClient } from '../in-process-client.ts';
import { publishTrust } from './trust.ts';

const trust = { clientCa: 'client', requestHeaderCa: 'front', allowedNames: ['proxy'] };
const ref = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };

test('what others change is put right, even if that fails at first', async () => {
  const server = await startTestServer();
  const user = { name: 'aggregator', groups: ['system:masters'] };
  const client = createInProcessClient({ registry: server.registry, user });
  let failures = 0;
  const failing = new Proxy(client, {
    get: (target, name: keyof Client) =>
      name === 'update' && failures++ === 0
        ? () => Promise.reject(new ApiError('ServiceUnavailable', 'the store is away'))
        : target[name].bind(target as never),
  });
  const signal = AbortSignal.timeout(10_000);
  const stop = await publishTrust(failing, trust, { signal, clock: systemClock, log: silentLogger });
  try {
    const made = await client.get(configMap, ref);
    assert.equal(made.data?.['client-ca-file'], 'client');
    await client.update(configMap, { ...made, data: { ...made.data, 'client-ca-file': 'theirs', more: 'stays' } });
    for (;;) {
      signal.throwIfAborted();
      const { data } = await client.get(configMap, ref);
      if (data?.['client-ca-file'] === 'client') {
        assert.equal(data['more'], 'stays');
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(failures > 1);
  } finally {
    stop();
    await server.close();
  }
});
