import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as realSleep } from 'node:timers/promises';
import { namespace } from '../../api/core/namespace.ts';
import { node } from '../../api/core/node.ts';
import { builtInKinds as kinds } from '../../api/kinds.ts';
import { namespaceLifecycle } from '../../apiserver/admission/namespace-lifecycle.ts';
import type { AdmissionPlugin, Authorizer } from '../../apiserver/contract.ts';
import { createInProcessClient } from '../../apiserver/in-process-client.ts';
import { type CachedRegistry, openRegistry } from '../../apiserver/registry/registry.ts';
import { FakeClock } from '../../base/clock.ts';
import { createLogger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import type { Controller } from '../../controller-runtime/controller.ts';
import { type ControllerManager, createControllerManager } from '../../controller-runtime/manager.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { startPretendedNode } from './pretended-node.ts';

export interface RecordedEvent {
  readonly about: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

export interface TestCluster {
  /** May do everything. */
  readonly client: Client;
  readonly registry: CachedRegistry;
  readonly clock: FakeClock;
  readonly manager: ControllerManager;
  readonly events: readonly RecordedEvent[];
  /** Moves the clock a little again and again until `check` throws no more; fails with its error after 10 s of real time. */
  eventually<T>(check: () => T | Promise<T>): Promise<T>;
  /** Moves the clock a little and waits until nothing is queued or running any more. */
  settle(): Promise<void>;
}

export interface TestClusterOptions {
  readonly controllers: readonly Controller[];
  /** Names of nodes that run pods the moment they are seen; none: pods stay Pending. Default: one. */
  readonly nodes?: readonly string[];
}

/**
 * A real registry over a real store, with these controllers, each allowed to do only what it declares, and pretended
 * nodes. Everything that comes out of the registry is frozen. Ends with the test.
 */
export async function startCluster(t: TestContext, options: TestClusterOptions): Promise<TestCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-controllers-'));
  const store = await openSqliteStore({ file: join(folder, 'state.db') });
  const clock = new FakeClock();
  const admission: AdmissionPlugin[] = [];
  const registry = await openRegistry({ store, kinds, clock, admission, freeze: true });
  const client = createInProcessClient({ registry, user: { name: 'admin', groups: [] } });
  const stop = new AbortController();
  const events: RecordedEvent[] = [];
  const lines: string[] = [];
  const manager = createControllerManager({
    controllers: options.controllers,
    clientFor: (controller) =>
      createInProcessClient({
        registry,
        user: { name: `system:controller:${controller.name}`, groups: [] },
        authorizer: declaredOnly(controller),
      }),
    eventsFor: () => ({
      record(about, { type, reason, message }) {
        events.push({ about: `${about.kind}/${about.metadata.name}`, type, reason, message });
      },
    }),
    clock,
    log: createLogger({ level: 'warn', write: (line) => lines.push(line) }),
  });
  const stopNodes = await startPretendedNode({ registry, client, clock });
  t.after(async () => {
    stop.abort(new Error('test is over'));
    await manager.stop(1_000);
    stopNodes();
    registry.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  for (const name of ['default', 'kube-node-lease'])
    await client.create(namespace, { metadata: { name }, spec: { finalizers: ['kubernetes'] } });
  // Without it, controllers would go on filling namespaces that are being emptied.
  admission.push(namespaceLifecycle(client.view(namespace)));
  for (const name of options.nodes ?? ['node-1']) {
    const { status, ...registered } = readyNode(name);
    // The status of a new object is not the creator's to set.
    const created = await client.create(node, registered);
    await client.update(node, { ...created, status }, { subresource: 'status' });
  }
  await manager.start(stop.signal);

  const isQuiet = () => manager.status().every(({ running, depth }) => running === 0 && depth === 0);
  return {
    client,
    registry,
    clock,
    manager,
    events,
    async eventually(check) {
      const deadlineMs = performance.now() + 10_000;
      for (;;) {
        try {
          return await check();
        } catch (error) {
          if (performance.now() > deadlineMs) {
            if (error instanceof Error) error.message += `\nlast log lines:\n${lines.slice(-5).join('')}`;
            throw error;
          }
        }
        await clock.advance(10);
        await realSleep(2);
      }
    },
    async settle() {
      for (let quiet = 0; quiet < 5; quiet = isQuiet() ? quiet + 1 : 0) {
        await clock.advance(1);
        await realSleep(2);
      }
    },
  };
}

/** A node as the node agent reports it: ready, with room for pods. */
export function readyNode(name: string) {
  const room = { cpu: '4', memory: '8Gi', pods: '110' };
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
    status: {
      capacity: room,
      allocatable: room,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'ready' }],
    },
  };
}

/** What a controller declares is what it may do. */
function declaredOnly(controller: Controller): Authorizer {
  const read = new Set<string>([
    ...controller.wakesOn.map(({ kind }) => kind.plural),
    ...(controller.reads ?? []).map(({ plural }) => plural),
  ]);
  const written = (controller.writes ?? []).flatMap(({ kind, verbs, subresource }) =>
    verbs.map((verb) => `${verb} ${kind.plural}/${subresource ?? ''}`),
  );
  const allowed = new Set(written);
  const writtenKinds = new Set((controller.writes ?? []).map(({ kind }) => kind.plural));
  return {
    authorize({ verb, resource }) {
      assert.ok(resource);
      const { plural, subresource } = resource;
      const isRead = verb === 'get' || verb === 'list' || verb === 'watch';
      const isAllowed = isRead
        ? read.has(plural) || writtenKinds.has(plural)
        : allowed.has(`${verb} ${plural}/${subresource}`);
      return { decision: isAllowed ? 'allow' : 'deny', reason: `${controller.name} does not declare it` };
    },
  };
}
