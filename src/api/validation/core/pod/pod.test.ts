import assert from 'node:assert/strict';
import test from 'node:test';
import type { Pod } from '../../../schema/generated/types/core-v1.ts';
import { changed, testCases } from '../../cases.test-helper.ts';
import { validateEphemeralContainersUpdate, validatePod, validatePodUpdate } from './pod.ts';

const container = {
  name: 'c',
  image: 'i',
  imagePullPolicy: 'Always',
  terminationMessagePolicy: 'File',
  terminationMessagePath: '/dev/termination-log',
};
const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n' },
  spec: {
    containers: [container],
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    terminationGracePeriodSeconds: 30,
    tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
  },
};
const c0 = 'spec.containers.0';
const port = { containerPort: 80, protocol: 'TCP' };

testCases('pod', pod, validatePod, [
  [{ 'spec.containers': [] }, 'spec.containers: Required value'],
  [{ [`${c0}.name`]: '' }, 'spec.containers[0].name: Required value'],
  [{ [`${c0}.image`]: undefined }, 'spec.containers[0].image: Required value'],
  [
    { [`${c0}.image`]: ' i' },
    'spec.containers[0].image: Invalid value: " i": must not have leading or trailing whitespace',
  ],
  [{ 'spec.containers': [container, container] }, 'spec.containers[1].name: Duplicate value: "c"'],
  [
    { [`${c0}.imagePullPolicy`]: 'Maybe' },
    'spec.containers[0].imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"',
  ],
  [
    { 'spec.restartPolicy': 'Sometimes' },
    'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
  ],
  [
    { 'spec.dnsPolicy': 'x' },
    'spec.dnsPolicy: Unsupported value: "x": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
  ],
  [{ 'spec.dnsPolicy': 'None' }, 'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
  [
    { [`${c0}.ports`]: [{ containerPort: 70000, protocol: 'TCP' }] },
    'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
  ],
  [
    { [`${c0}.ports`]: [{ containerPort: 1, protocol: 'tcp' }] },
    'spec.containers[0].ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"',
  ],
  [
    {
      [`${c0}.ports`]: [
        { ...port, name: 'a' },
        { containerPort: 81, protocol: 'TCP', name: 'a' },
      ],
    },
    'spec.containers[0].ports[1].name: Duplicate value: "a"',
  ],
  [
    {
      [`${c0}.ports`]: [
        { ...port, hostPort: 8 },
        { containerPort: 81, protocol: 'TCP', hostPort: 8 },
      ],
    },
    'spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//8"',
  ],
  [
    { 'spec.hostNetwork': true, [`${c0}.ports`]: [{ ...port, hostPort: 8 }] },
    'spec.containers[0].ports[0].containerPort: Invalid value: 80: must match `hostPort` when `hostNetwork` is true',
  ],
  [
    { [`${c0}.env`]: [{ name: 'a=b' }] },
    'spec.containers[0].env[0].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
  ],
  [
    {
      [`${c0}.env`]: [
        { name: 'A', value: 'x', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
      ],
    },
    'spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
  ],
  [
    { [`${c0}.volumeMounts`]: [{ name: 'v', mountPath: '/a' }] },
    'spec.containers[0].volumeMounts[0].name: Not found: "v"',
  ],
  [
    {
      'spec.volumes': [{ name: 'v', emptyDir: {} }],
      [`${c0}.volumeMounts`]: [
        { name: 'v', mountPath: '/a' },
        { name: 'v', mountPath: '/a' },
      ],
    },
    'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a": must be unique',
  ],
  [
    {
      'spec.volumes': [{ name: 'v', emptyDir: {} }],
      [`${c0}.volumeMounts`]: [{ name: 'v', mountPath: '/a', subPath: '../x' }],
    },
    'spec.containers[0].volumeMounts[0].subPath: Invalid value: "../x": must not contain \'..\'',
  ],
  [{ 'spec.volumes': [{ name: 'v' }] }, 'spec.volumes[0]: Required value: must specify a volume type'],
  [
    { 'spec.volumes': [{ name: 'v', emptyDir: {}, configMap: { name: 'x' } }] },
    'spec.volumes[0].configMap: Forbidden: may not specify more than 1 volume type',
  ],
  [
    {
      'spec.volumes': [
        { name: 'v', emptyDir: {} },
        { name: 'v', emptyDir: {} },
      ],
    },
    'spec.volumes[1].name: Duplicate value: "v"',
  ],
  [{ 'spec.volumes': [{ name: 'v', secret: {} }] }, 'spec.volumes[0].secret.secretName: Required value'],
  [
    { 'spec.volumes': [{ name: 'v', configMap: { name: 'x', defaultMode: 0o1000 } }] },
    'spec.volumes[0].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
  ],
  [
    { 'spec.volumes': [{ name: 'v', hostPath: { path: '/a/../b' } }] },
    'spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain \'..\'',
  ],
  [
    { [`${c0}.resources`]: { limits: { cpu: '1' }, requests: { cpu: '2' } } },
    'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
  ],
  [
    { [`${c0}.resources`]: { requests: { gpu: '2' } } },
    'spec.containers[0].resources.requests: Invalid value: "gpu": must be a standard resource for containers',
  ],
  [
    { [`${c0}.resources`]: { requests: { 'example.com/gpu': '2' } } },
    'spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources',
  ],
  [
    { [`${c0}.resources`]: { limits: { cpu: '-1' } } },
    'spec.containers[0].resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
  ],
  [{ [`${c0}.livenessProbe`]: {} }, 'spec.containers[0].livenessProbe: Required value: must specify a handler type'],
  [
    { [`${c0}.livenessProbe`]: { successThreshold: 2, tcpSocket: { port: 0 } } },
    'spec.containers[0].livenessProbe.tcpSocket.port: Invalid value: 0: must be between 1 and 65535, inclusive',
    'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
  ],
  [
    { [`${c0}.securityContext`]: { privileged: true, allowPrivilegeEscalation: false } },
    'spec.containers[0].securityContext: Invalid value: {"privileged":true,"allowPrivilegeEscalation":false}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
  ],
  [
    { [`${c0}.securityContext`]: { runAsUser: -1 } },
    'spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
  ],
  [
    { 'spec.initContainers': [{ ...container, name: 'i', readinessProbe: { exec: { command: ['x'] } } }] },
    'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
  ],
  [{ 'spec.initContainers': [container] }, 'spec.initContainers[0].name: Duplicate value: "c"'],
  [
    { 'spec.tolerations': [{ operator: 'Equal', value: 'x' }] },
    'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
  ],
  [
    { 'spec.tolerations': [{ key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 1 }] },
    'spec.tolerations[0].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
  ],
  [
    {
      'spec.affinity': { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
    },
    'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
  ],
  [
    { 'spec.affinity': { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: '' }] } } },
    'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty',
  ],
  [
    { 'spec.topologySpreadConstraints': [{ maxSkew: 0, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule' }] },
    'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
  ],
  [
    { 'spec.activeDeadlineSeconds': 0 },
    'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
  ],
  [{ 'spec.terminationGracePeriodSeconds': -1 }], // Warned of; taken as 1.
  [
    { 'spec.hostAliases': [{ ip: '1.2.3' }] },
    'spec.hostAliases[0].ip: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ],
  [
    { 'spec.ephemeralContainers': [{ ...container, name: 'e' }] },
    'spec.ephemeralContainers: Forbidden: cannot be set on create',
  ],
]);

const fixed =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n';

testCases('pod update', pod, (now) => validatePodUpdate(now, pod), [
  [{ [`${c0}.image`]: 'j', 'spec.activeDeadlineSeconds': 9, 'metadata.labels': { a: 'b' } }],
  [{ 'spec.tolerations': [...(pod.spec?.tolerations ?? []), { operator: 'Exists' }] }],
  [{ 'spec.nodeName': 'n' }, `${fixed}- nodeName: (not set)\n+ nodeName: "n"`],
  [
    { 'spec.terminationGracePeriodSeconds': 1 },
    `${fixed}- terminationGracePeriodSeconds: 30\n+ terminationGracePeriodSeconds: 1`,
  ],
  [{ 'spec.containers.1': container }, 'spec.containers: Forbidden: pod updates may not add or remove containers'],
  [
    { 'spec.tolerations': [] },
    'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
  ],
  [
    { 'spec.schedulingGates': [{ name: 'a' }] },
    "spec.schedulingGates: Forbidden: only deletion is allowed, but found new scheduling gate 'a'",
  ],
]);

const debugged = changed(pod, { 'spec.ephemeralContainers': [{ ...container, name: 'd' }] });
testCases('ephemeral containers', debugged, (now) => validateEphemeralContainersUpdate(now, debugged), [
  [{ 'spec.ephemeralContainers.1': { ...container, name: 'e', targetContainerName: 'c' } }],
  [
    { 'spec.ephemeralContainers.1': { ...container, name: 'e', targetContainerName: 'x' } },
    'spec.ephemeralContainers[1].targetContainerName: Not found: "x"',
  ],
  [
    { 'spec.ephemeralContainers.0.ports': [port] },
    'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
    'spec.ephemeralContainers: Forbidden: existing ephemeral containers "d" may not be changed\n',
  ],
]);

const term = (...keys: string[]) => ({ matchExpressions: keys.map((key) => ({ key, operator: 'Exists' })) });
const affinity = (...terms: object[]) => ({
  nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
});
const gated = changed(pod, {
  'spec.schedulingGates': [{ name: 'g' }],
  'spec.nodeSelector': { disk: 'ssd' },
  'spec.affinity': affinity(term('a')),
}) as Pod;
const terms = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';

testCases('update of a gated pod', gated, (now) => validatePodUpdate(now, gated), [
  [{ 'spec.nodeSelector': { disk: 'ssd', zone: 'a' }, 'spec.affinity': affinity(term('a', 'b')) }],
  [
    { 'spec.nodeSelector': { disk: 'hdd' } },
    'spec.nodeSelector: Invalid value: {"disk":"hdd"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
  ],
  [
    { 'spec.affinity': affinity(term('b')) },
    `${terms}[0]: Invalid value: {"matchExpressions":[{"key":"b","operator":"Exists"}]}: only additions are allowed (no mutations or deletions)`,
  ],
  [
    { 'spec.affinity': undefined },
    `${terms}: Invalid value: []: no additions/deletions to non-empty NodeSelectorTerms list are allowed`,
  ],
]);

test('a gated pod keeps its affinity to other pods', () => {
  const now = changed(gated, { 'spec.affinity': { ...affinity(term('a')), podAffinity: {} } }) as Pod;
  assert.match(validatePodUpdate(now, gated)[0]?.message ?? '', /may not change fields other than .*affinity/s);
});

const huge = 'hugepages-2Mi';
testCases('huge pages', pod, validatePod, [
  [{ [`${c0}.resources`]: { limits: { [huge]: '4Mi', memory: '1Gi' }, requests: { [huge]: '4Mi' } } }],
  [
    { [`${c0}.resources`]: { limits: { [huge]: '4Mi' } } },
    'spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
  ],
  [
    { [`${c0}.resources`]: { limits: { [huge]: '3Mi', cpu: '1' } } },
    'spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
  ],
]);
