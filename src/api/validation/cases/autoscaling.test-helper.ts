import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const autoscalingCases: Readonly<Record<string, KindCases>> = {
  'autoscaling/HorizontalPodAutoscaler': {
    base: { spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd' } } },
    create: [
      [
        { 'spec.maxReplicas': 0 },
        'spec.maxReplicas: Invalid value: 0: must be greater than 0',
        'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
      ],
      [{ 'spec.minReplicas': 0 }, 'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1'],
      [
        { 'spec.scaleTargetRef': {} },
        'spec.scaleTargetRef.kind: Required value',
        'spec.scaleTargetRef.name: Required value',
      ],
      [{ 'spec.scaleTargetRef.name': 'a/b' }, 'spec.scaleTargetRef.name: Invalid value: "a/b": may not contain \'/\''],
      [
        { 'spec.metrics': [{ type: 'x' }] },
        'spec.metrics[0].type: Unsupported value: "x": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      ],
      [{ 'spec.metrics': [{ type: '' }] }, 'spec.metrics[0].type: Required value: must specify a metric source type'],
      [
        { 'spec.metrics': [{ type: 'Pods' }] },
        'spec.metrics[0].pods: Required value: must populate information for the given metric source',
      ],
      [
        {
          'spec.metrics': [
            { type: 'Pods', pods: { metric: { name: 'a/b' }, target: { type: 'AverageValue', averageValue: '0' } } },
          ],
        },
        'spec.metrics[0].pods.metric.name: Invalid value: "a/b": may not contain \'/\'',
        'spec.metrics[0].pods.target.averageValue: Invalid value: "0": must be positive',
        'spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue',
      ],
      [
        { 'spec.metrics': [{ type: 'Resource', resource: { name: '', target: { type: 'x' } } }] },
        'spec.metrics[0].resource.name: Required value: must specify a resource name',
        'spec.metrics[0].resource.target.type: Invalid value: "x": must be either Utilization, Value, or AverageValue',
        'spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization',
      ],
      [
        {
          'spec.metrics': [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 0, averageValue: '1' } },
            },
          ],
        },
        'spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
        'spec.metrics[0].resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization',
      ],
      [
        {
          'spec.metrics': [
            {
              type: 'ContainerResource',
              containerResource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 1 } },
            },
          ],
        },
        'spec.metrics[0].containerResource.container: Required value: must specify a container',
      ],
      [
        {
          'spec.metrics': [
            {
              type: 'External',
              external: { metric: { name: 'm' }, target: { type: 'Value', value: '1', averageValue: '1' } },
            },
          ],
        },
        'spec.metrics[0].external.target.value: Forbidden: may not set both a target value for metric and a per-pod target',
      ],
      [
        {
          'spec.metrics': [{ type: 'Object', object: { describedObject: {}, metric: {}, target: { type: 'Value' } } }],
        },
        'spec.metrics[0].object.describedObject.kind: Required value',
        'spec.metrics[0].object.describedObject.name: Required value',
        'spec.metrics[0].object.metric.name: Required value: must specify a metric name',
        'spec.metrics[0].object.target.averageValue: Required value: must set either a target value or averageValue',
      ],
      [
        {
          'spec.behavior': {
            scaleUp: {
              stabilizationWindowSeconds: 3601,
              selectPolicy: 'x',
              policies: [{ type: 'x', value: 0, periodSeconds: 1801 }],
            },
          },
        },
        'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
        'spec.behavior.scaleUp.selectPolicy: Unsupported value: "x": supported values: "Disabled", "Max", "Min"',
        'spec.behavior.scaleUp.policies[0].type: Unsupported value: "x": supported values: "Percent", "Pods"',
        'spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero',
        'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
      ],
      [
        { 'spec.behavior': { scaleDown: { policies: [] } } },
        'spec.behavior.scaleDown.policies: Required value: must specify at least one Policy',
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.currentReplicas': -1 },
          'status.currentReplicas: Invalid value: -1: must be greater than or equal to 0',
        ],
      ],
    },
  },
};
