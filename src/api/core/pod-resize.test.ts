import assert from 'node:assert/strict';
import test from 'node:test';
import { draftOf } from '../object.ts';
import type { Pod, ResourceRequirements } from '../schema/generated/types/core-v1.ts';
import { defaultPod } from './pod-defaults.ts';
import { validateResize } from './pod-resize.ts';

function podOf(resources: ResourceRequirements): Pod {
  const pod = draftOf<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'c', image: 'i:1', resources }] },
  });
  defaultPod(pod);
  return pod;
}

function messages(now: ResourceRequirements, old: ResourceRequirements): readonly string[] {
  return validateResize(podOf(now), podOf(old)).map(({ field, message }) => `${field}: ${message}`);
}

test('CPU and memory may change', () => {
  assert.deepEqual(messages({ requests: { cpu: '2' } }, { requests: { cpu: '1' } }), []);
});

test('the class of service may not', () => {
  assert.deepEqual(messages({ requests: { cpu: '1' } }, {}), [
    'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
  ]);
});

test('other resources may not', () => {
  const requests = { cpu: '1' };
  const storage = { 'ephemeral-storage': '1Gi' };
  assert.deepEqual(messages({ requests: { ...requests, ...storage } }, { requests }), [
    'spec: Forbidden: only cpu and memory resources are mutable',
  ]);
});
