import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeObject } from '../api/object.ts';
import { ApiError, notFound } from '../api/status.ts';
import { FakeClock } from '../base/clock.ts';
import type { Client } from './client.ts';
import { createEventRecorder } from './event-recorder.ts';

type Stored = Record<string, unknown> & { metadata: { name: string; namespace: string } };

/** The part of the API that the recorder uses, as the API behaves. */
function fakeApi() {
  const events = new Map<string, Stored>();
  const state = { failing: false, calls: 0 };
  const api = {
    create: async (_kind: unknown, object: Stored) => {
      state.calls++;
      if (state.failing) throw new ApiError('ServiceUnavailable', 'no');
      events.set(object.metadata.name, object);
      return object;
    },
    patch: async (_kind: unknown, ref: { name: string }, patch: { body: object }) => {
      state.calls++;
      if (state.failing) throw new ApiError('ServiceUnavailable', 'no');
      const old = events.get(ref.name);
      if (!old) throw notFound({ group: '', plural: 'events' }, ref.name);
      events.set(ref.name, { ...old, ...patch.body });
      return events.get(ref.name);
    },
  };
  return { client: api as unknown as Client, events, state };
}

const podNamed = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'web', uid: `uid-${name}`, resourceVersion: '7' },
});
const scheduled = { type: 'Normal', reason: 'Scheduled', message: 'on node-1' } as const;

function setUp(options: { readonly maxQueued?: number } = {}) {
  const api = fakeApi();
  const clock = new FakeClock();
  const recorder = createEventRecorder({ client: api.client, component: 'tester', host: 'node-1', clock, ...options });
  return { ...api, clock, recorder };
}

describe('event recorder', () => {
  it('publishes an event about an object', async () => {
    const { recorder, events } = setUp();
    recorder.record(podNamed('a'), scheduled);
    assert.equal(events.size, 0, 'never inside the caller');
    await recorder.flushed();
    const [event] = [...events.values()];
    assert.match(event?.metadata.name ?? '', /^a\.[0-9a-f]{16}$/);
    assert.equal(event?.metadata.namespace, 'web');
    assert.deepEqual(event?.['involvedObject'], {
      apiVersion: 'v1',
      kind: 'Pod',
      name: 'a',
      namespace: 'web',
      uid: 'uid-a',
      resourceVersion: '7',
    });
    assert.equal(event?.['count'], 1);
    assert.deepEqual(event?.['source'], { component: 'tester', host: 'node-1' });
  });

  it('counts what repeats', async () => {
    const { recorder, events, clock } = setUp();
    recorder.record(podNamed('a'), scheduled);
    await clock.advance(5000);
    recorder.record(podNamed('a'), scheduled);
    recorder.record(podNamed('b'), scheduled);
    await recorder.flushed();
    assert.deepEqual(
      [...events.values()].map(({ count }) => count),
      [2, 1],
    );
    const [first] = [...events.values()];
    assert.equal(first?.['firstTimestamp'], '2026-01-01T00:00:00Z');
    assert.equal(first?.['lastTimestamp'], '2026-01-01T00:00:05Z');
  });

  it('publishes again what was removed meanwhile', async () => {
    const { recorder, events } = setUp();
    recorder.record(podNamed('a'), scheduled);
    await recorder.flushed();
    events.clear();
    recorder.record(podNamed('a'), scheduled);
    await recorder.flushed();
    assert.deepEqual(
      [...events.values()].map(({ count }) => count),
      [2],
    );
  });

  it('puts many similar ones together', async () => {
    const { recorder, events } = setUp();
    for (let i = 1; i <= 15; i++) recorder.record(podNamed('a'), { ...scheduled, message: `try ${i}` });
    await recorder.flushed();
    assert.equal(events.size, 10);
    const combined = [...events.values()].at(-1);
    assert.equal(combined?.['message'], '(combined from similar events): try 15');
    assert.equal(combined?.['count'], 6);
  });

  it('limits how much one object says, and lets it speak again later', async () => {
    const { recorder, state, clock } = setUp();
    for (let i = 0; i < 100; i++) recorder.record(podNamed('a'), scheduled);
    await recorder.flushed();
    assert.equal(state.calls, 25);
    recorder.record(podNamed('b'), scheduled);
    await recorder.flushed();
    assert.equal(state.calls, 26);
    await clock.advance(300_000);
    recorder.record(podNamed('a'), scheduled);
    recorder.record(podNamed('a'), scheduled);
    await recorder.flushed();
    assert.equal(state.calls, 27);
  });

  it('never fails its caller, and drops what does not fit', async () => {
    const { recorder, state, events } = setUp({ maxQueued: 3 });
    state.failing = true;
    for (let i = 0; i < 10; i++) recorder.record(podNamed(`p${i}`), scheduled);
    await recorder.flushed();
    assert.equal(state.calls, 3);
    state.failing = false;
    recorder.record(podNamed('later'), scheduled);
    await recorder.flushed();
    assert.equal(events.size, 1);
    recorder.close();
    recorder.record(podNamed('closed'), scheduled);
    await recorder.flushed();
    assert.equal(events.size, 1);
  });
});
