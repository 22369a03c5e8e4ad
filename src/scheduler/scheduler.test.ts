import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as realSleep } from 'node:timers/promises';
import { namespace } from '../api/core/namespace.ts';
import { node } from '../api/core/node.ts';
import { pod } from '../api/core/pod.ts';
import { builtInKinds } from '../api/kinds.ts';
import type { Pod, PodSpec } from '../api/schema/generated/types/core-v1.ts';
import { createInProcessClient } from '../apiserver/in-process-client.ts';
import { inProcessSubresources } from '../apiserver/in-process-subresources.ts';
import { type CachedRegistry, openRegistry } from '../apiserver/registry/registry.ts';
import { FakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import type { Client } from '../client/client.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { schedulerPlugins } from './plugins/plugins.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';

// One registry over a real store; each test has its own namespace and node labels.
let folder = '';
let store: Store;
let registry: CachedRegistry;
let client: Client;
let scheduler: Scheduler;
const clock = new FakeClock();
const events: { readonly pod: string; readonly reason: string; readonly message: string }[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k3ts-scheduler-'));
  store = await openSqliteStore({ file: join(folder, 'state.db') });
  registry = await openRegistry({ store, kinds: builtInKinds, clock, freeze: true });
  const tokenRequest = () => Promise.reject(new Error('not part of this test'));
  client = createInProcessClient({
    registry,
    user: { name: 'admin', groups: [] },
    createSubresource: inProcessSubresources({ registry, tokenRequest, clock }),
  });
  await client.create(namespace, { metadata: { name: 'default' } });
  scheduler = createScheduler({
    client,
    events: {
      record: ({ metadata }, { reason, message }) => events.push({ pod: metadata.name ?? '', reason, message }),
    },
    plugins: schedulerPlugins,
    clock,
    log: silentLogger,
  });
  await scheduler.start(new AbortController().signal);
});

after(async () => {
  await scheduler.stop();
  registry.close();
  await store.close();
  await rm(folder, { recursive: true });
});

async function addNode(name: string, cpu = '1'): Promise<void> {
  const allocatable = { cpu, memory: '1Gi', pods: '10' };
  await client.create(node, { metadata: { name, labels: { for: name } } });
  await client.patch(
    node,
    { name },
    { type: 'merge', body: { status: { allocatable, capacity: allocatable } } },
    { subresource: 'status' },
  );
}

async function addPod(name: string, spec: Partial<PodSpec> = {}): Promise<void> {
  await client.create(pod, {
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  });
}

const asking = (cpu: string, on: string): Partial<PodSpec> => ({
  nodeSelector: { for: on },
  containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }],
});

const find = (name: string): Pod | undefined => client.view(pod).get(`default/${name}`);

/** Moves time a little until the check holds; gives up after 5 s of real time. */
async function eventually(check: () => void, stepMs = 0): Promise<void> {
  for (let turn = 0; ; turn++) {
    await clock.advance(stepMs);
    await realSleep(5);
    try {
      check();
      return;
    } catch (error) {
      if (turn >= 1000) throw error;
    }
  }
}

test('a pod is bound to the node that fits, and told so', async () => {
  await addNode('fits');
  await addPod('simple', { nodeSelector: { for: 'fits' } });
  await eventually(() => assert.equal(find('simple')?.spec?.nodeName, 'fits'));
  assert.equal(find('simple')?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.status, 'True');
  await eventually(() =>
    assert.deepEqual(
      events.find((event) => event.pod === 'simple'),
      {
        pod: 'simple',
        reason: 'Scheduled',
        message: 'Successfully assigned default/simple to fits',
      },
    ),
  );
});

test('a pod that fits nowhere says why, and is placed when room appears', async () => {
  await addNode('small');
  await addPod('first', asking('700m', 'small'));
  await eventually(() => assert.equal(find('first')?.spec?.nodeName, 'small'));
  await addPod('second', asking('700m', 'small'));
  await eventually(() => {
    const condition = find('second')?.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    assert.equal(condition?.reason, 'Unschedulable');
    assert.match(condition?.message ?? '', /^0\/\d+ nodes are available: .*1 Insufficient cpu/);
  });
  assert.equal(events.find((event) => event.pod === 'second')?.reason, 'FailedScheduling');
  await client.delete(pod, { namespace: 'default', name: 'first' }, { gracePeriodSeconds: 0 });
  await eventually(() => assert.equal(find('second')?.spec?.nodeName, 'small'), 200);
});

test('a pod waits for a node that does not exist yet', async () => {
  await addPod('early', { nodeSelector: { for: 'late' } });
  await eventually(() => assert.ok(events.some((event) => event.pod === 'early')));
  await addNode('late');
  await eventually(() => assert.equal(find('early')?.spec?.nodeName, 'late'), 200);
});

test('pods that come together do not take the same room twice', async () => {
  await addNode('shared', '1');
  await Promise.all(Array.from({ length: 6 }, (_, at) => addPod(`crowd-${at}`, asking('300m', 'shared'))));
  const placed = () => Array.from({ length: 6 }, (_, at) => find(`crowd-${at}`)?.spec?.nodeName).filter(Boolean).length;
  await eventually(() => assert.equal(placed(), 3));
  await clock.advance(20_000);
  await realSleep(50);
  assert.equal(placed(), 3);
});

test('a pod with scheduling gates is left alone until they are gone', async () => {
  await addNode('gated');
  await addPod('held', { nodeSelector: { for: 'gated' }, schedulingGates: [{ name: 'example.com/wait' }] });
  await eventually(() => {
    const condition = find('held')?.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    assert.equal(condition?.reason, 'SchedulingGated');
  });
  assert.equal(find('held')?.spec?.nodeName, undefined);
  const ref = { namespace: 'default', name: 'held' };
  await client.patch(pod, ref, { type: 'merge', body: { spec: { schedulingGates: null } } });
  await eventually(() => assert.equal(find('held')?.spec?.nodeName, 'gated'), 200);
});

test('a pod of another scheduler is not ours', async () => {
  await addNode('other');
  await addPod('foreign', { schedulerName: 'somebody-else', nodeSelector: { for: 'other' } });
  await addPod('ours', { nodeSelector: { for: 'other' } });
  await eventually(() => assert.equal(find('ours')?.spec?.nodeName, 'other'));
  assert.equal(find('foreign')?.spec?.nodeName, undefined);
});
