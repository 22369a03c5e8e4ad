import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap } from '../../api/core/config-map.ts';
import { registerExtension, startExtensionServer } from '../../apiserver/aggregation/extension-server.test-helper.ts';
import { remoteContent } from '../../apiserver/aggregation/remote-content.ts';
import { TestClient } from '../../apiserver/api-client.test-helper.ts';
import { startTestServer } from '../../apiserver/api-server.test-helper.ts';
import { createInProcessClient } from '../../apiserver/in-process-client.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createControllerManager } from '../../controller-runtime/manager.ts';
import { garbageCollector } from './garbage-collector.ts';

const cleaner = { name: 'cleaner', groups: ['cleaners'] };
const flunders = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders';
const flunder = (called: string) => ({
  apiVersion: 'wardle.example.com/v1alpha1',
  kind: 'Flunder',
  metadata: { name: called },
});

interface Named {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid: string };
}

async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let left = 200; left > 0; left--) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail('it did not come to pass');
}

test('the garbage collector follows owners to other servers and back', async (t) => {
  const extension = await startExtensionServer(() => server.requestHeaderCa);
  const server = await startTestServer({ aggregation: true, connection: extension.connection });
  const client = new TestClient(server, server.admin);
  t.after(async () => {
    client.close();
    await server.close();
    await extension.close();
  });
  await registerExtension(client, extension);
  await eventually(() => server.aggregation.remotes.some(({ isFresh }) => isFresh));
  const content = remoteContent(server.aggregation, cleaner, silentLogger);
  const local = createInProcessClient({ registry: server.registry, user: cleaner });
  const all = [configMap, ...content.kinds()];
  const manager = createControllerManager({
    controllers: [garbageCollector(() => all)],
    clientFor: () => content.clientFor(cleaner, local),
    eventsFor: () => ({ record: () => undefined }),
    clock: systemClock,
    log: silentLogger,
  });
  t.after(async () => {
    await manager.stop();
    content.close();
  });
  await manager.start(AbortSignal.timeout(5000));
  const maps = '/api/v1/namespaces/default/configmaps';
  const ownedBy = ({ apiVersion, kind, metadata }: Named) => ({
    ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid }],
  });
  const owner = (await client.post(flunders, flunder('owner'))).json;
  const map = (metadata: object) => client.post(maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  const middle = (await map({ name: 'middle', ...ownedBy(owner) })).json;
  const last = flunder('last');
  await client.post(flunders, { ...last, metadata: { ...last.metadata, ...ownedBy(middle) } });
  await client.delete(`${flunders}/owner`);
  for (const path of [`${maps}/middle`, `${flunders}/last`])
    await eventually(async () => (await client.get(path)).status === 404);
});
