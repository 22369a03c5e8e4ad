import type { Deployment } from '../schema/generated/types/apps-v1.ts';
import type { Pod } from '../schema/generated/types/core-v1.ts';
import { testCases } from './cases.test-helper.ts';
import { validateDeploymentStatus, validatePodStatus } from './status.ts';

const header = { apiVersion: 'v1', kind: 'Any', metadata: { name: 'o' } };

const deployment = { ...header, status: { replicas: 3, readyReplicas: 3 } } as Deployment;
testCases('status of a deployment', deployment, validateDeploymentStatus, [
  [{ 'status.readyReplicas': 4 }, 'status.readyReplicas: Invalid value: 4: cannot be greater than status.replicas'],
  [
    { 'status.unavailableReplicas': -1 },
    'status.unavailableReplicas: Invalid value: -1: must be greater than or equal to 0',
  ],
]);

const ended = {
  name: 'c',
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  state: { terminated: { exitCode: 0 } },
};
const pod = {
  ...header,
  spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c' }] },
  status: { podIPs: [{ ip: '10.0.0.1' }], containerStatuses: [ended] },
} as Pod;
testCases('status of a pod', pod, (now) => validatePodStatus(now, pod), [
  [
    { 'status.podIPs': [{ ip: '10.0.0.1' }, { ip: '10.0.0.1' }] },
    'status.podIPs: Invalid value: [{"IP":"10.0.0.1"},{"IP":"10.0.0.1"}]: may specify no more than one IP for each IP family',
    'status.podIPs[1]: Duplicate value: "10.0.0.1"',
  ],
  [
    { 'status.containerStatuses.0.state': { running: {} } },
    'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state',
  ],
  [{ 'spec.restartPolicy': 'Always', 'status.containerStatuses.0.state': { running: {} } }],
]);
