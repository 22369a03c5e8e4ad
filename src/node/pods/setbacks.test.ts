import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotYet } from './errors.ts';
import { afterFailure, afterSuccess, withoutConfigSetbacks, withoutImageSetbacks } from './setbacks.ts';
import { type Action, freshMemory, type PodMemory } from './types.ts';

const container = { name: 'c' };
const ensure = { type: 'ensureImage', container } as const;
const start = {
  type: 'startContainer',
  container,
  attempt: 0,
  sandbox: { id: 's', attempt: 0, ready: true, createdAtMs: 0, ips: [] },
} as const;
const failed = (memory: PodMemory, action: Action, error: Error, nowMs = 0): PodMemory => {
  const after = afterFailure(memory, action, { error, nowMs });
  assert.ok(after);
  return after;
};
const config = new NotYet('CreateContainerConfigError', 'configmap "x" not found');

test('a start that fails again and again is waited for longer and longer, though its image is found each time', () => {
  let memory: PodMemory = freshMemory;
  const waits: (number | undefined)[] = [];
  for (let turn = 0; turn < 7; turn++) {
    memory = failed(afterSuccess(memory, ensure), start, config);
    waits.push(memory.containerSetbacks.get('c')?.retryAtMs);
    assert.equal(memory.images.has('c'), false, 'the image is looked for again');
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  memory = afterSuccess(memory, start);
  assert.equal(memory.containerSetbacks.size, 0);
});

test('an image that is found ends the setback of its pull', () => {
  const memory = failed(freshMemory, ensure, new NotYet('ErrImagePull', 'no', { retryAfterMs: 7 }), 100);
  assert.equal(memory.containerSetbacks.get('c')?.retryAtMs, 107);
  const found = afterSuccess(memory, ensure);
  assert.deepEqual([found.images.has('c'), found.containerSetbacks.size], [true, 0]);
});

test('what came to help ends what it can help', () => {
  const volumes = failed(freshMemory, { type: 'prepareVolumes' }, new NotYet('FailedMount', 'no'));
  const waiting = failed(volumes, start, config);
  assert.equal(withoutImageSetbacks(waiting).containerSetbacks.size, 1);
  const retried = withoutConfigSetbacks(waiting);
  assert.deepEqual([retried.containerSetbacks.size, retried.volumesSetback], [0, undefined]);
  const pulling = failed(freshMemory, ensure, new NotYet('ImagePullBackOff', 'no'));
  assert.equal(withoutConfigSetbacks(pulling).containerSetbacks.size, 1);
  assert.equal(withoutImageSetbacks(pulling).containerSetbacks.size, 0);
});

test('a failure without a reason of its own is an InternalError; a removal has no setback', () => {
  const memory = failed(freshMemory, { type: 'createSandbox', attempt: 0 }, new Error('boom'));
  assert.equal(memory.sandboxSetback?.reason, 'InternalError');
  assert.equal(afterFailure(freshMemory, { type: 'removeSandbox', id: 's' }, { error: config, nowMs: 0 }), undefined);
});
