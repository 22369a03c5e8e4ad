import assert from 'node:assert/strict';
import test from 'node:test';
import type { HorizontalPodAutoscaler } from '../schema/generated/types/autoscaling-v2.ts';
import { fromV2, toV2 } from './v1-conversion.ts';

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

test('a target CPU utilization is a metric in v2', () => {
  const v1 = {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'a' },
    spec: { scaleTargetRef, maxReplicas: 5, targetCPUUtilizationPercentage: 50 },
  };
  assert.deepEqual(toV2(v1).spec.metrics, [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
  ]);
  assert.deepEqual(fromV2(toV2(v1)), v1);
});

const everything: HorizontalPodAutoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'a', annotations: { mine: 'kept' } },
  spec: {
    scaleTargetRef,
    minReplicas: 1,
    maxReplicas: 5,
    metrics: [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
      {
        type: 'ContainerResource',
        containerResource: { name: 'cpu', container: 'app', target: { type: 'Utilization', averageUtilization: 60 } },
      },
      { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '100' } } },
      {
        type: 'Object',
        object: {
          describedObject: { kind: 'Ingress', name: 'i' },
          metric: { name: 'hits', selector: { matchLabels: { a: 'b' } } },
          target: { type: 'Value', value: '2k' },
        },
      },
      {
        type: 'External',
        external: {
          metric: { name: 'queue', selector: { matchLabels: { q: 'x' } } },
          target: { type: 'AverageValue', averageValue: '30' },
        },
      },
    ],
    behavior: {
      scaleDown: {
        stabilizationWindowSeconds: 300,
        selectPolicy: 'Max',
        policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
      },
    },
  },
  status: {
    currentReplicas: 2,
    desiredReplicas: 3,
    currentMetrics: [
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 40, averageValue: '1' } } },
    ],
    conditions: [{ type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale' }],
  },
};

test('what v1 cannot hold survives in annotations', () => {
  const v1 = fromV2(everything);
  assert.equal(v1.spec.targetCPUUtilizationPercentage, 50);
  assert.equal(v1.status?.currentCPUUtilizationPercentage, 40);
  const { annotations = {} } = v1.metadata;
  assert.equal(annotations['mine'], 'kept');
  assert.match(annotations['autoscaling.alpha.kubernetes.io/behavior'] ?? '', /"StabilizationWindowSeconds":300/);
  assert.match(annotations['autoscaling.alpha.kubernetes.io/metrics'] ?? '', /"targetAverageValue":"1Gi"/);
  assert.deepEqual(toV2(v1), everything);
});

const unreadable = ['[{', '{}', '7', '[null]', '["x"]', '[{"type":5}]'];

for (const text of unreadable) {
  test(`an annotation that says ${text} is dropped`, () => {
    const v1 = fromV2(everything);
    const annotations = Object.fromEntries(
      ['metrics', 'current-metrics', 'conditions', 'behavior'].map((name) => [
        `autoscaling.alpha.kubernetes.io/${name}`,
        text,
      ]),
    );
    const v2 = toV2({ ...v1, metadata: { ...v1.metadata, annotations } });
    assert.equal(v2.metadata.annotations, undefined);
    assert.equal(v2.spec.metrics?.length, 1);
    assert.deepEqual(v2.spec.behavior ?? {}, {});
    assert.equal(v2.status?.conditions, undefined);
  });
}
