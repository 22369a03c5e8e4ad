import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flowSchema } from '../../api/flowcontrol/flow-schema.ts';
import { priorityLevelConfiguration } from '../../api/flowcontrol/priority-level-configuration.ts';
import type { KubeObject } from '../../api/object.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '../../api/schema/generated/types/flowcontrol-v1.ts';
import { FakeClock } from '../../base/clock.ts';
import { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { Change, View } from '../../client/client.ts';
import type { UserInfo } from '../contract.ts';
import { parseQuery } from '../http/query.ts';
import { RequestClasses } from '../http/request-class.ts';
import { requestInfo } from '../http/request-info.ts';
import { mandatory, suggested } from './config/bootstrap.ts';
import { FlowControl } from './flow-control.ts';

/** Objects that a test puts in and takes out. */
class Objects<T extends KubeObject> implements View<T> {
  readonly #objects = new Map<string, T>();
  readonly #listeners = new Set<(change: Change<T>) => void>();

  put(object: T): void {
    const old = this.#objects.get(object.metadata.name ?? '');
    this.#objects.set(object.metadata.name ?? '', object);
    for (const listener of this.#listeners)
      listener(old ? { type: 'modified', object, old } : { type: 'added', object });
  }

  remove(name: string): void {
    const object = this.get(name);
    this.#objects.delete(name);
    if (object) for (const listener of this.#listeners) listener({ type: 'deleted', object, old: object });
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  by(): readonly T[] {
    return [];
  }

  counts(): ReadonlyMap<string, number> {
    return new Map();
  }

  onChange(listener: (change: Change<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }
}

function setup(seats = 600) {
  const clock = new FakeClock();
  const schemas = new Objects<FlowSchema>();
  const levels = new Objects<PriorityLevelConfiguration>();
  for (const { metadata, spec } of [...mandatory.schemas, ...suggested.schemas])
    schemas.put({ apiVersion: flowSchema.apiVersion, kind: 'FlowSchema', metadata, ...(spec && { spec }) });
  for (const { metadata, spec } of [...mandatory.levels, ...suggested.levels])
    levels.put({
      apiVersion: priorityLevelConfiguration.apiVersion,
      kind: 'PriorityLevelConfiguration',
      metadata,
      ...(spec && { spec }),
    });
  const control = new FlowControl({ schemas, levels, seats, clock, metrics: new MetricRegistry() });
  control.start();
  const classes = new RequestClasses(() => true);
  const schemaOf = (user: UserInfo, line: string) => {
    const [method = '', target = ''] = line.split(' ');
    const [path = '', query = ''] = target.split('?');
    const info = requestInfo(method, path, parseQuery(query));
    return control.schemaOf(user, info, classes.of(info));
  };
  const level = (name: string) => {
    const found = [...control.levels].find((one) => one.name === name);
    if (!found) throw new Error(`no level ${name}`);
    return found;
  };
  return { clock, schemas, levels, control, schemaOf, level };
}

const user = (name: string, ...groups: string[]): UserInfo => ({ name, groups: [...groups, 'system:authenticated'] });

test('upstream’s schemas and levels for upstream’s users', () => {
  const { schemaOf } = setup();
  const table: readonly (readonly [UserInfo, string, string, string])[] = [
    [user('admin', 'system:masters'), 'GET /api/v1/pods', 'exempt', 'exempt'],
    [user('system:node:n', 'system:nodes'), 'PATCH /api/v1/nodes/n/status', 'system-node-high', 'node-high'],
    [
      user('system:node:n', 'system:nodes'),
      'PUT /apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n',
      'system-node-high',
      'node-high',
    ],
    [user('system:node:n', 'system:nodes'), 'GET /api/v1/pods', 'system-nodes', 'system'],
    [
      user('system:kube-scheduler'),
      'PUT /apis/coordination.k8s.io/v1/namespaces/kube-system/leases/s',
      'system-leader-election',
      'leader-election',
    ],
    [user('system:kube-scheduler'), 'GET /api/v1/pods', 'kube-scheduler', 'workload-high'],
    [
      user('system:serviceaccount:kube-system:endpoint-controller', 'system:serviceaccounts'),
      'PUT /api/v1/namespaces/a/endpoints/b',
      'endpoint-controller',
      'workload-high',
    ],
    [
      user('system:serviceaccount:kube-system:x', 'system:serviceaccounts'),
      'GET /api/v1/pods',
      'kube-system-service-accounts',
      'workload-high',
    ],
    [
      user('system:serviceaccount:default:x', 'system:serviceaccounts'),
      'GET /api/v1/pods',
      'service-accounts',
      'workload-low',
    ],
    [user('jane'), 'GET /api/v1/namespaces/a/pods', 'global-default', 'global-default'],
    [user('jane'), 'GET /healthz', 'probes', 'exempt'],
    [user('jane'), 'GET /metrics', 'global-default', 'global-default'],
    [{ name: 'nobody', groups: [] }, 'GET /metrics', 'catch-all', 'catch-all'],
  ];
  for (const [who, line, schema, level] of table) {
    const found = schemaOf(who, line);
    assert.deepEqual([found.name, found.level.name], [schema, level], `${who.name} ${line}`);
    assert.equal(schemaOf(who, line), found, 'remembered');
  }
});

test('a new schema counts at once, one without its level is passed over, and namespaces are told apart', async () => {
  const { schemas, levels, schemaOf } = setup();
  const jane = user('jane');
  assert.equal(schemaOf(jane, 'GET /api/v1/namespaces/a/pods').name, 'global-default');
  schemas.put({
    apiVersion: flowSchema.apiVersion,
    kind: 'FlowSchema',
    metadata: { name: 'jane' },
    spec: {
      priorityLevelConfiguration: { name: 'mine' },
      matchingPrecedence: 300,
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: 'jane' } }],
          resourceRules: [{ verbs: ['*'], apiGroups: [''], resources: ['pods'], namespaces: ['a'] }],
        },
      ],
    },
  });
  await Promise.resolve();
  assert.equal(schemaOf(jane, 'GET /api/v1/namespaces/a/pods').name, 'global-default');
  levels.put({
    apiVersion: priorityLevelConfiguration.apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'mine' },
    spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } } },
  });
  await Promise.resolve();
  assert.equal(schemaOf(jane, 'GET /api/v1/namespaces/a/pods').name, 'jane');
  assert.equal(schemaOf(jane, 'GET /api/v1/namespaces/b/pods').name, 'global-default');
  assert.equal(schemaOf(jane, 'GET /api/v1/namespaces/a/pods/x/log').name, 'global-default');
});

test('mandatory ones hold although somebody took them away', async () => {
  const { schemas, levels, schemaOf } = setup();
  for (const name of schemas.list().map(({ metadata }) => metadata.name ?? '')) schemas.remove(name);
  for (const name of levels.list().map(({ metadata }) => metadata.name ?? '')) levels.remove(name);
  await Promise.resolve();
  assert.equal(schemaOf(user('jane'), 'GET /api/v1/pods').level.name, 'catch-all');
  assert.equal(schemaOf(user('admin', 'system:masters'), 'GET /api/v1/pods').level.name, 'exempt');
});

const never = new AbortController().signal;

test('seats: taken while there are any, waited for, given on, waited for no longer than allowed', async () => {
  const { clock, schemaOf } = setup(20);
  const schema = schemaOf(user('jane'), 'GET /api/v1/pods');
  const { level } = schema;
  const seats = level.limit;
  assert.equal(seats, Math.ceil((20 * 20) / 245));
  for (let taken = 0; taken < seats; taken++) assert.ok(level.tryEnter(clock.monotonic(), 1));
  assert.equal(level.tryEnter(clock.monotonic(), 1), false);
  const wait = (hash: number, signal: AbortSignal = never) =>
    level.wait({
      schema: schema.name,
      distinguisher: 'd',
      user: 'jane',
      verb: 'get',
      path: '/',
      width: 1,
      hash,
      signal,
      waitMs: 1000,
    });
  const first = wait(1);
  const second = wait(2);
  const controller = new AbortController();
  const left = wait(3, controller.signal);
  controller.abort(new Error('the client left'));
  await assert.rejects(left, /the client left/);
  level.leave(clock.monotonic(), 1);
  const ticket = await first;
  assert.equal(level.seatsInUse, seats);
  const rejected = assert.rejects(second, {
    reason: 'TooManyRequests',
    message: 'too many requests, please try again later',
  });
  await clock.advance(1001);
  await rejected;
  level.leaveTicket(clock.monotonic(), ticket);
  assert.equal(level.seatsInUse, seats - 1);
  assert.equal(clock.pendingTimers, 1, 'only the lending is left');
});

test('a level that rejects does so at once; the exempt one never', async () => {
  const { clock, schemaOf } = setup(20);
  const schema = schemaOf({ name: 'nobody', groups: [] }, 'GET /api/v1/pods');
  const { level } = schema;
  while (level.tryEnter(clock.monotonic(), 1));
  const options = {
    schema: schema.name,
    distinguisher: '',
    user: '',
    verb: '',
    path: '',
    width: 1,
    hash: 1,
    signal: never,
    waitMs: 1000,
  };
  await assert.rejects(level.wait(options), (error: { details?: { retryAfterSeconds?: number } }) => {
    assert.equal(error.details?.retryAfterSeconds, 1);
    return true;
  });
  const exempt = schemaOf(user('admin', 'system:masters'), 'GET /api/v1/pods').level;
  for (let taken = 0; taken < 1000; taken++) assert.ok(exempt.tryEnter(clock.monotonic(), 1));
});

test('idle levels lend their seats, and get them back when they want them', async () => {
  const { clock, level } = setup();
  const busy = level('workload-low');
  const idle = level('workload-high');
  const before = busy.limit;
  for (let taken = 0; taken < before; taken++) busy.tryEnter(clock.monotonic(), 1);
  await clock.advance(30_000);
  assert.ok(busy.limit > before, `${busy.limit} of ${before}`);
  assert.ok(idle.limit < idle.share.nominal, `${idle.limit} of ${idle.share.nominal}`);
  while (idle.tryEnter(clock.monotonic(), 1));
  for (let more = 0; more < 50; more++) idle.demand.set(clock.monotonic(), 98);
  await clock.advance(10_000);
  assert.ok(idle.limit >= idle.share.nominal, `${idle.limit} of ${idle.share.nominal}`);
});

test('another shape of queues loses nobody who waits', async () => {
  const { clock, levels, schemaOf } = setup(20);
  const schema = schemaOf(user('jane'), 'GET /api/v1/pods');
  const { level } = schema;
  while (level.tryEnter(clock.monotonic(), 1));
  const wait = (hash: number) =>
    level.wait({
      schema: schema.name,
      distinguisher: '',
      user: '',
      verb: '',
      path: '',
      width: 1,
      hash,
      signal: never,
      waitMs: 60_000,
    });
  const waits = [1, 2, 3, 4].map(wait);
  const { configuration } = level;
  for (const limitResponse of [
    { type: 'Queue', queuing: { queues: 2, handSize: 1, queueLengthLimit: 1 } },
    { type: 'Reject' },
  ]) {
    levels.put({
      ...configuration,
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 20, limitResponse } },
    });
    await Promise.resolve();
  }
  await assert.rejects(wait(5), { reason: 'TooManyRequests' });
  level.leave(clock.monotonic(), 1);
  await Promise.all(waits.map(async (one) => level.leaveTicket(clock.monotonic(), await one)));
  assert.equal(level.queues.waiting, 0);
});
