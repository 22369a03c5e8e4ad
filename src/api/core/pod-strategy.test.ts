import assert from 'node:assert/strict';
import test from 'node:test';
import { type Draft, draftOf } from '../object.ts';
import type { Pod, PodSpec, PodStatus, ResourceRequirements } from '../schema/generated/types/core-v1.ts';
import { qosClassOf } from './pod-qos.ts';
import {
  podGracePeriodSeconds,
  prepareEphemeralContainers,
  prepareNewPod,
  preparePodStatus,
  prepareResize,
} from './pod-strategy.ts';

function podOf(spec: PodSpec, status?: PodStatus): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', labels: { l: '1' } },
    spec,
    ...(status && { status }),
  };
}

function withResources(...all: readonly ResourceRequirements[]): PodSpec {
  return { containers: all.map((resources, index) => ({ name: `c${index}`, resources })) };
}

const full = { cpu: '1', memory: '1Gi' };
const classes: readonly (readonly [title: string, spec: PodSpec, qosClass: string])[] = [
  ['nobody asks for anything', withResources({}, {}), 'BestEffort'],
  ['zero is nothing', withResources({ requests: { cpu: '0' } }), 'BestEffort'],
  ['only other resources', withResources({ limits: { 'example.com/gpu': '1' } }), 'BestEffort'],
  ['limits for all', withResources({ limits: full }, { limits: full }), 'Guaranteed'],
  [
    'requests equal in another spelling',
    withResources({ limits: full, requests: { cpu: '1000m', memory: '1024Mi' } }),
    'Guaranteed',
  ],
  ['one container without', withResources({ limits: full }, {}), 'Burstable'],
  ['lower requests', withResources({ limits: full, requests: { cpu: '500m', memory: '1Gi' } }), 'Burstable'],
  ['only memory', withResources({ limits: { memory: '1Gi' } }), 'Burstable'],
  ['an init container without', { ...withResources({ limits: full }), initContainers: [{ name: 'i' }] }, 'Burstable'],
  ['the pod as a whole', { ...withResources({}), resources: { limits: full, requests: full } }, 'Guaranteed'],
];

for (const [title, spec, qosClass] of classes) {
  test(`quality of service: ${title}`, () => assert.equal(qosClassOf({ spec }), qosClass));
}

test('a new pod waits', () => {
  const pod = draftOf(podOf({ containers: [{ name: 'c' }] }, { phase: 'Running', podIP: '1.1.1.1' }));
  prepareNewPod(pod);
  assert.deepEqual(pod.status, { phase: 'Pending', qosClass: 'BestEffort' });
});

test('a gated pod says so', () => {
  const pod = draftOf(podOf({ containers: [], schedulingGates: [{ name: 'g' }] }));
  prepareNewPod(pod);
  assert.equal(pod.status?.conditions?.[0]?.reason, 'SchedulingGated');
});

const scheduled: PodSpec = { containers: [], nodeName: 'n', terminationGracePeriodSeconds: 20 };
const graces: readonly (readonly [title: string, pod: Pod, requested: number | undefined, seconds: number])[] = [
  ['its own', podOf(scheduled, { phase: 'Running' }), undefined, 20],
  ['as requested', podOf(scheduled, { phase: 'Running' }), 5, 5],
  ['at once, as requested', podOf(scheduled, { phase: 'Running' }), 0, 0],
  ['negative means as fast as the node can', podOf(scheduled, { phase: 'Running' }), -1, 1],
  ['none when no node has it', podOf({ containers: [], terminationGracePeriodSeconds: 20 }), 10, 0],
  ['none when it has ended', podOf(scheduled, { phase: 'Succeeded' }), 10, 0],
  ['none when it has failed', podOf(scheduled, { phase: 'Failed' }), undefined, 0],
];

for (const [title, pod, requested, seconds] of graces) {
  test(`grace period: ${title}`, () => assert.equal(podGracePeriodSeconds(pod, requested), seconds));
}

test('a status write keeps owners and class of service', () => {
  const old = podOf({ containers: [] }, { phase: 'Pending', qosClass: 'Burstable' });
  const pod = draftOf({ ...old, status: { phase: 'Running', qosClass: 'BestEffort' } });
  pod.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }];
  preparePodStatus(pod, old);
  assert.deepEqual(pod.status, { phase: 'Running', qosClass: 'Burstable' });
  assert.equal(pod.metadata.ownerReferences, undefined);
});

test('only ephemeral containers are taken from their subresource', () => {
  const old = podOf({ containers: [{ name: 'c', image: 'old' }] }, { phase: 'Running' });
  const pod: Draft<Pod> = draftOf(
    podOf({ containers: [{ name: 'c', image: 'new' }], ephemeralContainers: [{ name: 'debug' }] }),
  );
  pod.metadata.labels = { l: '2' };
  pod.metadata.resourceVersion = '7';
  prepareEphemeralContainers(pod, old);
  assert.deepEqual(pod.spec, { containers: [{ name: 'c', image: 'old' }], ephemeralContainers: [{ name: 'debug' }] });
  assert.deepEqual(pod.metadata, { name: 'a', labels: { l: '1' }, resourceVersion: '7' });
  assert.deepEqual(pod.status, { phase: 'Running' });
});

test('only resources are taken from resize', () => {
  const old = podOf({ containers: [{ name: 'c', image: 'old', resources: {} }] });
  const pod = draftOf(podOf({ containers: [{ name: 'c', image: 'new', resources: { limits: full } }] }));
  prepareResize(pod, old);
  assert.deepEqual(pod.spec?.containers, [{ name: 'c', image: 'old', resources: { limits: full } }]);
});
