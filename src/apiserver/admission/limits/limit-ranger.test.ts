import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LimitRange, LimitRangeItem, PersistentVolumeClaim } from '../../../api/schema/generated/types/core-v1.ts';
import { type AdmissionBench, openAdmission, podOf, refusal } from '../admission.test-helper.ts';
import { claimFaults, podFaults } from './constraints.ts';

function range(item: LimitRangeItem): LimitRange {
  return { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'bounds' }, spec: { limits: [item] } };
}

function podWith(requests: Record<string, string>, limits: Record<string, string> = {}) {
  return podOf('p', { containers: ['a', 'b'].map((name) => ({ name, image: 'i', resources: { requests, limits } })) });
}

for (const [item, requests, limits, expected] of [
  [
    { type: 'Container', min: { cpu: '100m' } },
    { cpu: '50m' },
    {},
    ['minimum cpu usage per Container is 100m, but request is 50m'],
  ],
  [
    { type: 'Container', min: { cpu: '100m' } },
    {},
    {},
    ['minimum cpu usage per Container is 100m.  No request is specified'],
  ],
  [
    { type: 'Container', max: { memory: '1Gi' } },
    {},
    {},
    ['maximum memory usage per Container is 1Gi.  No limit is specified'],
  ],
  [
    { type: 'Container', max: { memory: '1Gi' } },
    {},
    { memory: '2048Mi' },
    ['maximum memory usage per Container is 1Gi, but limit is 2Gi'],
  ],
  [{ type: 'Container', max: { cpu: '1' } }, { cpu: '1' }, { cpu: '1' }, []],
  [
    { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
    { cpu: '100m' },
    { cpu: '300m' },
    ['cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000'],
  ],
  [
    { type: 'Pod', max: { cpu: '1' } },
    { cpu: '100m' },
    { cpu: '600m' },
    ['maximum cpu usage per Pod is 1, but limit is 1200m'],
  ],
  [{ type: 'Pod', min: { memory: '1Gi' } }, { memory: '512Mi' }, {}, []],
] as const)
  test(`${item.type}: ${expected[0] ?? 'within bounds'}`, () => {
    const found = new Set(podFaults(range(item), podWith(requests, limits) as never));
    assert.deepEqual([...found], expected);
  });

for (const [storage, expected] of [
  ['5Gi', []],
  ['500Mi', ['minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi']],
  ['11Gi', ['maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 11Gi']],
] as const)
  test(`a claim of ${storage}`, () => {
    const claim = { spec: { resources: { requests: { storage } } } } as unknown as PersistentVolumeClaim;
    const item = { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '10Gi' } };
    assert.deepEqual(claimFaults(range(item), claim), expected);
  });

describe('LimitRanger', () => {
  let bench: AdmissionBench;
  before(async () => {
    bench = await openAdmission();
    await bench.create({
      ...range({ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' } }),
      metadata: { name: 'bounds', namespace: 'default' },
    });
  });
  after(() => bench.close());

  test('what containers do not say is filled in, and noted', async () => {
    const { spec, metadata } = await bench.createPod({ initContainers: [{ name: 'init', image: 'i' }] });
    assert.deepEqual(spec?.containers[0]?.resources, { requests: { cpu: '100m' }, limits: { cpu: '500m' } });
    assert.equal(
      metadata.annotations?.['kubernetes.io/limit-ranger'],
      'LimitRanger plugin set: cpu request for container c; cpu limit for container c; cpu request for init container init; cpu limit for init container init',
    );
  });

  test('what leaves the bounds is refused', async () => {
    const containers = [{ name: 'c', image: 'i', resources: { limits: { cpu: '2' } } }];
    assert.match(
      await refusal(bench.createPod({ containers })),
      /^pods "pod-\d+" is forbidden: \[?maximum cpu usage per Container is 1, but limit is 2\]?/,
    );
  });
});
