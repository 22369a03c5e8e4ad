import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { customResourceDefinition } from '../../src/api/apiextensions/custom-resource-definition.ts';
import { configMap } from '../../src/api/core/config-map.ts';
import { namespace } from '../../src/api/core/namespace.ts';
import { resourceQuota } from '../../src/api/core/resource-quota.ts';
import type { Kind } from '../../src/api/kind.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { isApiError } from '../../src/api/status.ts';
import { startTestServer, type TestServer } from '../../src/apiserver/api-server.test-helper.ts';
import { createInProcessClient } from '../../src/apiserver/in-process-client.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import type { Client } from '../../src/client/client.ts';
import { type ControllerManager, createControllerManager } from '../../src/controller-runtime/manager.ts';
import { garbageCollector } from '../../src/controllers/garbage-collector/garbage-collector.ts';
import { namespaceController } from '../../src/controllers/namespace/namespace.ts';
import { resourceQuotaController } from '../../src/controllers/resource-quota/resource-quota.ts';
import { until } from '../harness/wait.ts';

const definition = {
  metadata: { name: 'tanks.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'tanks', kind: 'Tank' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

/** Controllers that look at every kind, started before the kind exists. */
describe('kinds that come while controllers run', () => {
  let server: TestServer;
  let client: Client;
  let manager: ControllerManager;

  before(async () => {
    server = await startTestServer();
    const { registry } = server;
    client = createInProcessClient({ registry, user: { name: 'admin', groups: ['system:masters'] } });
    const kinds = () => registry.kinds;
    manager = createControllerManager({
      controllers: [garbageCollector(kinds), namespaceController(kinds), resourceQuotaController(kinds)],
      clientFor: () => client,
      eventsFor: () => ({ record: () => undefined }),
      onKindsChange: (listener) => registry.onKindsChange(listener),
      clock: systemClock,
      log: silentLogger,
    });
    await manager.start(AbortSignal.timeout(10_000));
    await client.create(namespace, { metadata: { name: 'default' }, spec: { finalizers: ['kubernetes'] } });
  });
  after(async () => {
    await manager.stop();
    await server.close();
  });

  async function define(): Promise<Kind> {
    await client.create(customResourceDefinition, structuredClone(definition));
    return until('the kind', () => server.registry.kinds.find(({ plural }) => plural === 'tanks'));
  }
  const gone = (kind: Kind, name: string, inside = 'default') =>
    until(`${kind.plural}/${name} to go`, async () => {
      try {
        await client.get(kind, { ...(inside && { namespace: inside }), name });
        return false;
      } catch (error) {
        if (isApiError(error, 'NotFound')) return true;
        throw error;
      }
    });
  const owned = (owner: KubeObject) => ({
    ownerReferences: [
      {
        apiVersion: owner.apiVersion,
        kind: owner.kind,
        name: owner.metadata.name ?? '',
        uid: owner.metadata.uid ?? '',
      },
    ],
  });

  for (const round of ['first', 'second'])
    test(`owners and dependents of a custom kind are collected, the ${round} time it is there`, async () => {
      const tank = await define();
      const place = { namespace: 'default' };
      const owner = await client.create(tank, { metadata: { ...place, name: 'owner' } });
      await client.create(configMap, { metadata: { ...place, name: 'dependent', ...owned(owner) } });
      const other = await client.create(configMap, { metadata: { ...place, name: 'other' } });
      await client.create(tank, { metadata: { ...place, name: 'of-other', ...owned(other) } });
      await client.delete(tank, { ...place, name: 'owner' });
      await gone(configMap, 'dependent');
      await client.delete(configMap, { ...place, name: 'other' });
      await gone(tank, 'of-other');

      const last = await client.create(tank, { metadata: { ...place, name: 'last' } });
      await client.create(configMap, { metadata: { ...place, name: 'of-last', ...owned(last) } });
      await client.delete(customResourceDefinition, { name: 'tanks.example.com' });
      await gone(configMap, 'of-last');
      await gone(customResourceDefinition, 'tanks.example.com', '');
    });

  test('a namespace takes its custom objects with it, and a quota counts them', async () => {
    const tank = await define();
    await client.create(namespace, { metadata: { name: 'team' }, spec: { finalizers: ['kubernetes'] } });
    const quota = { metadata: { namespace: 'team', name: 'q' }, spec: { hard: { 'count/tanks.example.com': '5' } } };
    await client.create(resourceQuota, quota);
    await client.create(tank, { metadata: { namespace: 'team', name: 'one' } });
    await until('the quota to count', async () => {
      const { status } = await client.get(resourceQuota, { namespace: 'team', name: 'q' });
      return status?.used?.['count/tanks.example.com'] === '1';
    });
    await client.delete(namespace, { name: 'team' });
    await gone(namespace, 'team', '');
    assert.deepEqual((await client.list(tank)).items, []);
  });
});
