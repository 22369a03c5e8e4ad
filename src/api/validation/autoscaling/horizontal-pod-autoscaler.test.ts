import { testCases } from '../cases.test-helper.ts';
import { validateHorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';

const autoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'a', namespace: 'x' },
  spec: {
    scaleTargetRef: { kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 3,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
  },
};

testCases('autoscaler', autoscaler, validateHorizontalPodAutoscaler, [
  [{ 'spec.minReplicas': 0 }, 'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1'],
  [
    { 'spec.maxReplicas': 0 },
    'spec.maxReplicas: Invalid value: 0: must be greater than 0',
    'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
  ],
  [
    { 'spec.scaleTargetRef': undefined },
    'spec.scaleTargetRef.kind: Required value',
    'spec.scaleTargetRef.name: Required value',
  ],
  [
    { 'spec.metrics.0.type': 'Pods' },
    'spec.metrics[0].pods: Required value: must populate information for the given metric source',
  ],
  [{ 'spec.metrics.0.type': '' }, 'spec.metrics[0].type: Required value: must specify a metric source type'],
  [
    { 'spec.metrics.0.type': 'X' },
    'spec.metrics[0].type: Unsupported value: "X": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
  ],
]);
