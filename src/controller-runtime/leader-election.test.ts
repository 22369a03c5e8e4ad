import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as realSleep } from 'node:timers/promises';
import { lease } from '../api/coordination/lease.ts';
import { createInProcessClient } from '../apiserver/in-process-client.ts';
import { openRegistry } from '../apiserver/registry/registry.ts';
import { FakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import type { Client } from '../client/client.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { runWhenLeader } from './leader-election.ts';

const place = { namespace: 'kube-system', name: 'k3ts-controllers' };

async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-leader-'));
  const store = await openSqliteStore({ file: join(folder, 'state.db') });
  const registry = await openRegistry({ store, kinds: [lease] });
  const client = createInProcessClient({ registry, user: { name: 'admin', groups: [] } });
  const clock = new FakeClock();
  const leaders = new Set<string>();
  const ends: Promise<void>[] = [];
  const stops: AbortController[] = [];
  t.after(async () => {
    for (const stop of stops) stop.abort();
    await Promise.all(ends);
    registry.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  function campaign(identity: string, as: Client = client) {
    const stop = new AbortController();
    stops.push(stop);
    const lead = async (signal: AbortSignal) => {
      leaders.add(identity);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      leaders.delete(identity);
    };
    const options = { client: as, leaseKind: lease, clock, log: silentLogger, ...place, identity };
    const end = runWhenLeader(options, lead, stop.signal);
    ends.push(end);
    return { stop: () => stop.abort(), end };
  }

  /** Moves time in small steps, with real time for the store in between. */
  async function pass(ms: number) {
    for (let done = 0; done < ms; done += 500) {
      await clock.advance(500);
      await realSleep(2);
    }
  }
  return { client, campaign, pass, leaders };
}

test('one of two leads; when it stops, it hands over at once', async (t) => {
  const { campaign, pass, leaders, client } = await setUp(t);
  const first = campaign('a');
  await pass(1_000);
  campaign('b');
  await pass(30_000);
  assert.deepEqual([...leaders], ['a']);
  first.stop();
  await first.end;
  await pass(4_000);
  assert.deepEqual([...leaders], ['b']);
  assert.equal((await client.get(lease, place)).spec?.leaseTransitions, 1);
});

test('a leader that cannot renew steps down before another takes over', async (t) => {
  const { campaign, pass, leaders, client } = await setUp(t);
  let isCutOff = false;
  const flaky = new Proxy(client, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (isCutOff) return Promise.reject(new Error('network is down'));
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
  campaign('a', flaky);
  await pass(1_000);
  campaign('b');
  await pass(4_000);
  isCutOff = true;
  await pass(8_000);
  assert.deepEqual([...leaders], ['a'], 'a short break is no reason');
  await pass(4_000);
  assert.deepEqual([...leaders], [], 'steps down in time');
  await pass(10_000);
  assert.deepEqual([...leaders], ['b']);
});
