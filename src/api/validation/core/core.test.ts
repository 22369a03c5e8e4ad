import type {
  ConfigMap,
  Endpoints,
  LimitRange,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  ResourceQuota,
  Secret,
  Service,
} from '../../schema/generated/types/core-v1.ts';
import { changed, testCases } from '../cases.test-helper.ts';
import { validateConfigMap, validateConfigMapUpdate } from './config-map.ts';
import { validateEndpoints } from './endpoints.ts';
import { validateLimitRange } from './limit-range.ts';
import { validateNamespace } from './namespace.ts';
import { validateNode, validateNodeUpdate } from './node.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './persistent-volume.ts';
import { validatePersistentVolumeClaim, validatePersistentVolumeClaimUpdate } from './persistent-volume-claim.ts';
import { validateResourceQuota } from './resource-quota.ts';
import { validateSecret, validateSecretUpdate } from './secret.ts';
import { validateService, validateServiceUpdate } from './service.ts';

const header = { apiVersion: 'v1', metadata: { name: 'o', namespace: 'n' } };
const big = 'x'.repeat(1024 * 1024 + 1);

const service: Service = {
  ...header,
  kind: 'Service',
  spec: {
    type: 'ClusterIP',
    sessionAffinity: 'None',
    clusterIP: '10.43.0.7',
    clusterIPs: ['10.43.0.7'],
    internalTrafficPolicy: 'Cluster',
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
  },
};
testCases('service', service, validateService, [
  [{ 'spec.ports': [] }, 'spec.ports: Required value'],
  [{ 'spec.ports': [], 'spec.clusterIP': 'None', 'spec.clusterIPs': ['None'] }],
  [
    { 'spec.ports.1': { port: 81, protocol: 'TCP', targetPort: 81 } },
    'spec.ports[0].name: Required value',
    'spec.ports[1].name: Required value',
  ],
  [{ 'spec.ports.0.port': 0 }, 'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive'],
  [{ 'spec.ports.0.nodePort': 30000 }, "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  [
    { 'spec.type': 'x' },
    'spec.type: Unsupported value: "x": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
  ],
  [
    { 'spec.sessionAffinity': 'x' },
    'spec.sessionAffinity: Unsupported value: "x": supported values: "ClientIP", "None"',
  ],
  [
    { 'spec.type': 'ExternalName', 'spec.ports': [] },
    'spec.clusterIPs: Forbidden: may not be set for ExternalName services',
    'spec.externalName: Required value',
  ],
  [
    { 'spec.externalTrafficPolicy': 'Local' },
    'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
  ],
  [
    { 'spec.externalIPs': ['x'], 'spec.externalTrafficPolicy': 'Cluster' },
    'spec.externalIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ],
]);
testCases('service update', service, (now) => validateServiceUpdate(now, service), [
  [{ 'spec.type': 'NodePort' }],
  [
    { 'spec.clusterIP': '10.43.0.8', 'spec.clusterIPs': ['10.43.0.8'] },
    'spec.clusterIPs[0]: Invalid value: ["10.43.0.8"]: may not change once set',
  ],
]);

const configMap: ConfigMap = { ...header, kind: 'ConfigMap', data: { a: 'b' }, immutable: true };
testCases('config map', configMap, validateConfigMap, [
  [
    { data: { 'a b': 'x' } },
    "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  ],
  [{ binaryData: { a: '' } }, 'data[a]: Invalid value: "a": duplicate of key present in binaryData'],
  [{ data: { a: big } }, '[]: Too long: may not be more than 1048576 bytes'],
]);
testCases('config map update', configMap, (now) => validateConfigMapUpdate(now, configMap), [
  [{ data: { a: 'c' } }, 'data: Forbidden: field is immutable when `immutable` is set'],
  [{ immutable: undefined }, 'immutable: Forbidden: field is immutable when `immutable` is set'],
]);

const secret: Secret = { ...header, kind: 'Secret', type: 'Opaque', data: { a: 'Yg==' } };
testCases('secret', secret, validateSecret, [
  [{ type: 'kubernetes.io/tls' }, 'data[tls.crt]: Required value', 'data[tls.key]: Required value'],
  [{ type: 'kubernetes.io/dockerconfigjson' }, 'data[.dockerconfigjson]: Required value'],
  [
    { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'Yg==' } },
    'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid JSON',
  ],
  [
    { type: 'kubernetes.io/service-account-token' },
    'metadata.annotations[kubernetes.io/service-account.name]: Required value',
  ],
]);
testCases('secret update', secret, (now) => validateSecretUpdate(now, secret), [
  [{ type: 'x' }, 'type: Invalid value: "x": field is immutable'],
]);

const node: Node = {
  ...header,
  metadata: { name: 'o' },
  kind: 'Node',
  spec: { podCIDR: '10.42.0.0/24', podCIDRs: ['10.42.0.0/24'], taints: [{ key: 'a', effect: 'NoSchedule' }] },
};
testCases('node', node, validateNode, [
  [
    { 'spec.taints.0.effect': 'x' },
    'metadata.taints[0].effect: Unsupported value: "x": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
  ],
  [{ 'spec.taints.0.effect': '' }, 'metadata.taints[0].effect: Required value'],
  [
    { 'spec.taints.1': { key: 'a', effect: 'NoSchedule', value: 'v' } },
    'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"v","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
  ],
]);
testCases('node update', node, (now) => validateNodeUpdate(now, node), [
  [{ 'spec.providerID': 'x', 'spec.unschedulable': true }],
  [
    { 'spec.podCIDRs': ['10.42.1.0/24'] },
    'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
  ],
]);

const namespace: Namespace = {
  ...header,
  metadata: { name: 'o' },
  kind: 'Namespace',
  spec: { finalizers: ['kubernetes'] },
};
testCases('namespace', namespace, validateNamespace, [
  [
    { 'spec.finalizers': ['mine'] },
    'spec.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
  ],
]);

const claim: PersistentVolumeClaim = {
  ...header,
  kind: 'PersistentVolumeClaim',
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    volumeMode: 'Filesystem',
    volumeName: 'v',
  },
  status: { phase: 'Bound', capacity: { storage: '1Gi' } },
};
testCases('claim', claim, validatePersistentVolumeClaim, [
  [{ 'spec.accessModes': [] }, 'spec.accessModes: Required value: at least 1 access mode is required'],
  [
    { 'spec.accessModes': ['x'] },
    'spec.accessModes: Unsupported value: "x": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
  ],
  [{ 'spec.resources': {} }, 'spec.resources[storage]: Required value'],
  [
    { 'spec.resources.requests.storage': '0' },
    'spec.resources[storage]: Invalid value: "0": must be greater than zero',
  ],
]);
const fixedClaim =
  'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
testCases('claim update', claim, (now) => validatePersistentVolumeClaimUpdate(now, claim), [
  [{ 'spec.resources.requests.storage': '2Gi' }],
  [
    { 'spec.resources.requests.storage': '1' },
    'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
  ],
  [{ 'spec.volumeName': 'w' }, fixedClaim],
  [{ 'spec.storageClassName': 'w' }, fixedClaim],
]);

const volume: PersistentVolume = {
  ...header,
  metadata: { name: 'o' },
  kind: 'PersistentVolume',
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '1Gi' },
    hostPath: { path: '/x' },
    volumeMode: 'Filesystem',
  },
};
testCases('volume', volume, validatePersistentVolume, [
  [{ 'spec.accessModes': undefined }, 'spec.accessModes: Required value'],
  [
    { 'spec.capacity': {} },
    'spec.capacity: Required value',
    'spec.capacity: Unsupported value: {}: supported values: "storage"',
  ],
  [{ 'spec.hostPath': undefined }, 'spec: Required value: must specify a volume type'],
  [{ 'spec.nfs': { server: 's', path: '/' } }, 'spec.nfs: Forbidden: may not specify more than 1 volume type'],
  [
    { 'spec.hostPath': undefined, 'spec.local': { path: '/x' } },
    'spec.nodeAffinity: Required value: Local volume requires node affinity',
  ],
]);
testCases('volume update', volume, (now) => validatePersistentVolumeUpdate(now, volume), [
  [{ 'spec.claimRef': { name: 'c' }, 'spec.capacity.storage': '2Gi' }],
  [
    { 'spec.hostPath.path': '/y' },
    'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation',
  ],
]);

const limitRange: LimitRange = {
  ...header,
  kind: 'LimitRange',
  spec: { limits: [{ type: 'Container', min: { cpu: '1' }, max: { cpu: '2' } }] },
};
testCases('limit range', limitRange, validateLimitRange, [
  [
    { 'spec.limits.0.min.cpu': '3' },
    'spec.limits[0].min[cpu]: Invalid value: "3": min value 3 is greater than max value 2',
  ],
  [{ 'spec.limits.1': { type: 'Container' } }, 'spec.limits[1].type: Duplicate value: "Container"'],
]);

const quota: ResourceQuota = {
  ...header,
  kind: 'ResourceQuota',
  spec: { hard: { pods: '3', 'count/deployments.apps': '2' } },
};
testCases('quota', quota, validateResourceQuota, [
  [{ 'spec.hard': { pods: '-1' } }, 'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0'],
  [{ 'spec.hard': { gpus: '1' } }, 'spec.hard[gpus]: Invalid value: "gpus": must be a standard resource for quota'],
  [
    { 'spec.scopes': ['BestEffort', 'NotBestEffort'] },
    'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
  ],
]);

const endpoints: Endpoints = {
  ...header,
  kind: 'Endpoints',
  subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80, protocol: 'TCP' }] }],
};
testCases('endpoints', endpoints, validateEndpoints, [
  [{ 'subsets.0.addresses': [] }, 'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
  [
    { 'subsets.0.addresses.0.ip': 'x' },
    'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ],
]);

testCases(
  'unbound claim update',
  claim,
  (now) => validatePersistentVolumeClaimUpdate(now, changed(claim, { 'status.phase': 'Pending' })),
  [[{ 'spec.resources.requests.storage': '2Gi' }, fixedClaim]],
);
