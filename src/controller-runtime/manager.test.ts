import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as realSleep } from 'node:timers/promises';
import { lease } from '../api/coordination/lease.ts';
import { configMap } from '../api/core/config-map.ts';
import { createInProcessClient } from '../apiserver/in-process-client.ts';
import { openRegistry } from '../apiserver/registry/registry.ts';
import { FakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { changesOf, controller, done } from './controller.ts';
import { createControllerManager, type ManagerOptions } from './manager.ts';

async function setUp(t: TestContext, options: Partial<ManagerOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-manager-'));
  const store = await openSqliteStore({ file: join(folder, 'state.db') });
  const registry = await openRegistry({ store, kinds: [configMap, lease] });
  const client = createInProcessClient({ registry, user: { name: 'admin', groups: [] } });
  const clock = new FakeClock();
  const seen: string[] = [];
  const sample = controller({
    name: 'sample',
    wakesOn: [changesOf(configMap)],
    async reconcile(key) {
      seen.push(key);
      return done;
    },
  });
  const manager = createControllerManager({
    controllers: [sample],
    clientFor: () => client,
    eventsFor: () => ({ record: () => undefined }),
    clock,
    log: silentLogger,
    ...options,
  });
  t.after(async () => {
    await manager.stop(100);
    registry.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  const create = (name: string) => client.create(configMap, { metadata: { namespace: 'default', name } });
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      await clock.advance(500);
      await realSleep(2);
    }
  };
  return { manager, client, seen, create, pass };
}

test('a controller sees what was there before it, and then each change, until it is stopped', async (t) => {
  const { manager, seen, create, pass } = await setUp(t);
  await create('before');
  await manager.start(new AbortController().signal);
  await pass(500);
  await create('after');
  await pass(500);
  assert.deepEqual(seen, ['default/before', 'default/after']);
  await manager.stop();
  assert.deepEqual(
    manager.status().map(({ name, state }) => [name, state]),
    [['sample', 'stopped']],
  );
  await create('too-late');
  await pass(500);
  assert.equal(seen.length, 2);
});

test('the signal given to start bounds the start only; starting twice is refused', async (t) => {
  const { manager, seen, create, pass } = await setUp(t);
  const start = new AbortController();
  await manager.start(start.signal);
  await assert.rejects(manager.start(start.signal), /started before/);
  start.abort();
  await create('later');
  await pass(500);
  assert.deepEqual(seen, ['default/later']);
});

test('a start that takes too long is given up', async (t) => {
  const { manager } = await setUp(t);
  const tooLate = new Error('took too long');
  await assert.rejects(manager.start(AbortSignal.abort(tooLate)), tooLate);
  await manager.stop();
});

test('with leader election nothing runs before the lease is ours', async (t) => {
  const first = await setUp(t);
  const election = {
    client: first.client,
    leaseKind: lease,
    namespace: 'kube-system',
    name: 'controllers',
    identity: 'b',
  };
  const taken = {
    metadata: { namespace: 'kube-system', name: 'controllers' },
    spec: { holderIdentity: 'a', leaseDurationSeconds: 15 },
  };
  await first.client.create(lease, taken);
  const manager = createControllerManager({
    controllers: [controller({ name: 'led', wakesOn: [changesOf(configMap)], reconcile: async () => done })],
    clientFor: () => first.client,
    eventsFor: () => ({ record: () => undefined }),
    clock: new FakeClock(),
    log: silentLogger,
    leaderElection: election,
  });
  await manager.start(new AbortController().signal);
  assert.equal(manager.status()[0]?.state, 'waiting');
  await manager.stop();
});
