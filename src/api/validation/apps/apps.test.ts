import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../schema/generated/types/apps-v1.ts';
import { testCases } from '../cases.test-helper.ts';
import { validateDaemonSet, validateDaemonSetUpdate } from './daemon-set.ts';
import { validateDeployment, validateDeploymentUpdate } from './deployment.ts';
import { validateReplicaSet } from './replica-set.ts';
import { validateStatefulSet, validateStatefulSetUpdate } from './stateful-set.ts';

const header = { apiVersion: 'apps/v1', metadata: { name: 'w', namespace: 'n' } };
const selector = { matchLabels: { a: 'b' } };
const template = {
  metadata: { labels: { a: 'b' } },
  spec: {
    containers: [{ name: 'c', image: 'i', imagePullPolicy: 'Always', terminationMessagePolicy: 'File' }],
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
  },
};
const deployment: Deployment = {
  ...header,
  kind: 'Deployment',
  spec: {
    replicas: 1,
    selector,
    template,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  },
};

testCases('deployment', deployment, validateDeployment, [
  [
    { 'spec.selector': undefined },
    'spec.selector: Required value',
    'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
  ],
  [{ 'spec.selector': {} }, 'spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
  [
    { 'spec.template.metadata.labels': { a: 'c' } },
    'spec.template.metadata.labels: Invalid value: {"a":"c"}: `selector` does not match template `labels`',
  ],
  [
    { 'spec.template.spec.restartPolicy': 'Never' },
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
  [{ 'spec.replicas': -1 }, 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  [
    { 'spec.strategy.type': 'Recreate' },
    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ],
  [
    { 'spec.strategy': { type: 'x' } },
    'spec.strategy: Unsupported value: {"Type":"x","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
  ],
  [
    { 'spec.strategy.rollingUpdate': { maxSurge: 0, maxUnavailable: '0%' } },
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
  ],
  [
    { 'spec.strategy.rollingUpdate.maxUnavailable': '101%' },
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
  ],
  [
    { 'spec.minReadySeconds': 600 },
    'spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds',
  ],
  [{ 'spec.template.spec.containers': [] }, 'spec.template.spec.containers: Required value'],
  [
    { 'spec.template.spec.activeDeadlineSeconds': 5 },
    'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in Deployment is not Supported',
  ],
]);

testCases('deployment update', deployment, (now) => validateDeploymentUpdate(now, deployment), [
  [{ 'spec.replicas': 3 }],
  [
    { 'spec.selector': { matchLabels: { a: 'c' } } },
    'spec.selector: Invalid value: {"matchLabels":{"a":"c"}}: field is immutable',
  ],
]);

const replicaSet: ReplicaSet = { ...header, kind: 'ReplicaSet', spec: { replicas: 1, selector, template } };
testCases('replica set', replicaSet, validateReplicaSet, [
  [{ 'spec.replicas': -2 }, 'spec.replicas: Invalid value: -2: must be greater than or equal to 0'],
  [
    { 'spec.selector': undefined },
    'spec.selector: Required value',
    'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
  ],
]);

const statefulSet: StatefulSet = {
  ...header,
  kind: 'StatefulSet',
  spec: {
    replicas: 1,
    selector,
    template,
    serviceName: 's',
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
  },
};
testCases('stateful set', statefulSet, validateStatefulSet, [
  [
    { 'spec.podManagementPolicy': 'x' },
    "spec.podManagementPolicy: Invalid value: \"x\": must be 'OrderedReady' or 'Parallel'",
  ],
  [
    { 'spec.updateStrategy.type': 'OnDelete' },
    'spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":0,"MaxUnavailable":null}: only allowed for updateStrategy \'RollingUpdate\'',
  ],
  [
    { 'spec.updateStrategy.rollingUpdate.partition': -1 },
    'spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0',
  ],
]);
testCases('stateful set update', statefulSet, (now) => validateStatefulSetUpdate(now, statefulSet), [
  [{ 'spec.replicas': 3, 'spec.template.spec.hostname': 'x' }],
  [
    { 'spec.serviceName': 't' },
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ],
]);

const daemonSet: DaemonSet = {
  ...header,
  kind: 'DaemonSet',
  spec: {
    selector,
    template,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
  },
};
testCases('daemon set', daemonSet, validateDaemonSet, [
  [
    { 'spec.updateStrategy.type': 'x' },
    'spec.updateStrategy: Unsupported value: {"Type":"x","RollingUpdate":{"MaxUnavailable":1,"MaxSurge":0}}: supported values: "RollingUpdate", "OnDelete"',
  ],
  [
    { 'spec.updateStrategy.rollingUpdate.maxUnavailable': 0 },
    'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
  ],
  [
    { 'spec.updateStrategy.rollingUpdate.maxSurge': 1 },
    'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
  ],
]);
testCases('daemon set update', daemonSet, (now) => validateDaemonSetUpdate(now, daemonSet), [
  [{ 'spec.selector': {} }, 'spec.selector: Invalid value: {}: field is immutable'],
]);
