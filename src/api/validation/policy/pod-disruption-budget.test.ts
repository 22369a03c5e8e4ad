import { testCases } from '../cases.test-helper.ts';
import { validatePodDisruptionBudget } from './pod-disruption-budget.ts';

const budget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'a', namespace: 'x' },
  spec: { minAvailable: '50%', selector: { matchLabels: { app: 'a' } } },
};

testCases('disruption budget', budget, validatePodDisruptionBudget, [
  [{ spec: undefined }],
  [{ 'spec.minAvailable': 0 }],
  [{ 'spec.minAvailable': '101%' }, 'spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
  [
    { 'spec.minAvailable': 'half' },
    `spec.minAvailable: Invalid value: "half": must be an integer or percentage (e.g '5%')`,
  ],
  [
    { spec: { minAvailable: 1, maxUnavailable: 1 } },
    'spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set',
  ],
  [
    { 'spec.unhealthyPodEvictionPolicy': 'Never' },
    'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
  ],
]);
