import { testCases } from '../cases.test-helper.ts';
import { validateLease } from './lease.ts';

const lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'a', namespace: 'x' },
  spec: { leaseDurationSeconds: 15, leaseTransitions: 0 },
};

testCases('lease', lease, validateLease, [
  [{ spec: undefined }],
  [{ 'spec.leaseDurationSeconds': 0 }, 'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
  [{ 'spec.leaseTransitions': -1 }, 'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0'],
]);
