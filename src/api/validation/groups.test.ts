import type { ValidatingWebhookConfiguration } from '../schema/generated/types/admissionregistration-v1.ts';
import type { CustomResourceDefinition } from '../schema/generated/types/apiextensions-v1.ts';
import type { HorizontalPodAutoscaler } from '../schema/generated/types/autoscaling-v2.ts';
import type { CertificateSigningRequest } from '../schema/generated/types/certificates-v1.ts';
import type { Lease } from '../schema/generated/types/coordination-v1.ts';
import type { EndpointSlice } from '../schema/generated/types/discovery-v1.ts';
import type { Ingress, NetworkPolicy } from '../schema/generated/types/networking-v1.ts';
import type { PodDisruptionBudget } from '../schema/generated/types/policy-v1.ts';
import type { ClusterRole, Role, RoleBinding } from '../schema/generated/types/rbac-v1.ts';
import type { PriorityClass } from '../schema/generated/types/scheduling-v1.ts';
import type { StorageClass } from '../schema/generated/types/storage-v1.ts';
import { validateWebhookConfiguration } from './admissionregistration/webhook-configuration.ts';
import { validateCustomResourceDefinition } from './apiextensions/custom-resource-definition.ts';
import { validateHorizontalPodAutoscaler } from './autoscaling/horizontal-pod-autoscaler.ts';
import { testCases } from './cases.test-helper.ts';
import { validateCertificateSigningRequest } from './certificates/certificate-signing-request.ts';
import { validateLease } from './coordination/lease.ts';
import { validateEndpointSlice } from './discovery/endpoint-slice.ts';
import { validateIngress } from './networking/ingress.ts';
import { validateNetworkPolicy } from './networking/network-policy.ts';
import { validatePodDisruptionBudget } from './policy/pod-disruption-budget.ts';
import { validateBindingUpdate, validateClusterRole, validateRole, validateRoleBinding } from './rbac/rbac.ts';
import { validatePriorityClass, validatePriorityClassUpdate } from './scheduling/priority-class.ts';
import { validateStorageClass, validateStorageClassUpdate } from './storage/storage-class.ts';

const header = { apiVersion: 'v1', kind: 'Any', metadata: { name: 'o', namespace: 'n' } };
const rbacGroup = 'rbac.authorization.k8s.io';

const backend = { service: { name: 's', port: { number: 80 } } };
const ingress: Ingress = {
  ...header,
  spec: { rules: [{ host: 'a.b', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
};
const path0 = 'spec.rules.0.http.paths.0';
testCases('ingress', ingress, validateIngress, [
  [{ 'spec.rules': [] }, 'spec: Invalid value: []: either `defaultBackend` or `rules` must be specified'],
  [
    { 'spec.rules.0.host': '1.2.3.4' },
    'spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
  ],
  [
    { [`${path0}.pathType`]: undefined },
    'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
  ],
  [{ [`${path0}.path`]: 'x' }, 'spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path'],
  [
    { [`${path0}.backend.service.port`]: {} },
    'spec.rules[0].http.paths[0].backend: Required value: port name or number is required',
  ],
]);

const policy: NetworkPolicy = {
  ...header,
  spec: {
    podSelector: {},
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
        ports: [{ port: 80, endPort: 90, protocol: 'TCP' }],
      },
    ],
  },
};
testCases('network policy', policy, validateNetworkPolicy, [
  [{ 'spec.ingress.0.from': [{}] }, 'spec.ingress[0].from[0]: Required value: must specify a peer'],
  [
    { 'spec.ingress.0.from.0.podSelector': {} },
    'spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer',
  ],
  [
    { 'spec.ingress.0.from.0.ipBlock.except': ['11.0.0.0/16'] },
    'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
  ],
  [
    { 'spec.ingress.0.ports.0.endPort': 70 },
    'spec.ingress[0].ports[0].endPort: Invalid value: 70: must be greater than or equal to `port`',
  ],
  [{ 'spec.policyTypes': ['x'] }, 'spec.policyTypes[0]: Unsupported value: "x": supported values: "Egress", "Ingress"'],
]);

const role: Role = { ...header, rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] };
testCases('role', role, validateRole, [
  [{ 'rules.0.verbs': [] }, 'rules[0].verbs: Required value: verbs must contain at least one value'],
  [
    { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
    'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
  ],
  [{ 'rules.0.resources': [] }, 'rules[0].resources: Required value: resource rules must supply at least one resource'],
]);
const clusterRole: ClusterRole = { ...header, rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] };
testCases('cluster role', clusterRole, validateClusterRole, [
  [
    { 'rules.0.resources': ['pods'] },
    'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
  ],
]);
const binding: RoleBinding = {
  ...header,
  roleRef: { apiGroup: rbacGroup, kind: 'Role', name: 'r' },
  subjects: [
    { apiGroup: rbacGroup, kind: 'User', name: 'u' },
    { kind: 'ServiceAccount', name: 's' },
  ],
};
testCases('role binding', binding, validateRoleBinding, [
  [{ 'roleRef.kind': 'x' }, 'roleRef.kind: Unsupported value: "x": supported values: "Role", "ClusterRole"'],
  [{ 'roleRef.name': '' }, 'roleRef.name: Required value'],
  [
    { 'subjects.0.kind': 'x' },
    'subjects[0].kind: Unsupported value: "x": supported values: "ServiceAccount", "User", "Group"',
  ],
]);
testCases('role binding update', binding, (now) => validateBindingUpdate(now, binding), [
  [{ subjects: [] }],
  [
    { 'roleRef.name': 'x' },
    `roleRef: Invalid value: {"APIGroup":"${rbacGroup}","Kind":"Role","Name":"x"}: cannot change roleRef`,
  ],
]);

const budget: PodDisruptionBudget = { ...header, spec: { minAvailable: 1, selector: {} } };
testCases('disruption budget', budget, validatePodDisruptionBudget, [
  [
    { 'spec.maxUnavailable': 1 },
    'spec: Invalid value: {"MinAvailable":1,"Selector":{},"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
  ],
  [{ 'spec.minAvailable': '101%' }, 'spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
]);

const autoscaler: HorizontalPodAutoscaler = {
  ...header,
  spec: {
    minReplicas: 1,
    maxReplicas: 3,
    scaleTargetRef: { kind: 'Deployment', name: 'd' },
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
  },
};
testCases('autoscaler', autoscaler, validateHorizontalPodAutoscaler, [
  [{ 'spec.minReplicas': 0 }, 'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1'],
  [{ 'spec.minReplicas': 4 }, 'spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`'],
  [{ 'spec.scaleTargetRef.name': '' }, 'spec.scaleTargetRef.name: Required value'],
  [
    { 'spec.metrics.0.type': 'Pods' },
    'spec.metrics[0].pods: Required value: must populate information for the given metric source',
    'spec.metrics[0].resource: Forbidden: must populate the given metric source only',
  ],
]);

const priorityClass: PriorityClass = { ...header, value: 100, preemptionPolicy: 'PreemptLowerPriority' };
testCases('priority class', priorityClass, validatePriorityClass, [
  [{ value: 1_000_000_001 }, 'value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
  [{ 'metadata.name': 'system-node-critical', value: 2_000_001_000 }],
]);
testCases('priority class update', priorityClass, (now) => validatePriorityClassUpdate(now, priorityClass), [
  [{ value: 1 }, 'value: Forbidden: may not be changed in an update.'],
]);

const lease: Lease = { ...header, spec: { holderIdentity: 'a', leaseDurationSeconds: 40 } };
testCases('lease', lease, validateLease, [
  [{ 'spec.leaseDurationSeconds': 0 }, 'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
]);

const slice: EndpointSlice = {
  ...header,
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.0.0.1'] }],
  ports: [{ name: '', port: 80, protocol: 'TCP' }],
};
testCases('endpoint slice', slice, validateEndpointSlice, [
  [{ addressType: 'x' }, 'addressType: Unsupported value: "x": supported values: "FQDN", "IPv4", "IPv6"'],
  [{ 'endpoints.0.addresses': [] }, 'endpoints[0].addresses: Required value: must contain at least 1 address'],
  [{ 'endpoints.0.addresses': ['::1'] }, 'endpoints[0].addresses[0]: Invalid value: "::1": must be an IPv4 address'],
]);

const storageClass: StorageClass = {
  ...header,
  provisioner: 'a/b',
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
};
testCases('storage class', storageClass, validateStorageClass, [
  [{ provisioner: '' }, 'provisioner: Required value'],
  [{ reclaimPolicy: 'x' }, 'reclaimPolicy: Unsupported value: "x": supported values: "Delete", "Retain"'],
]);
testCases('storage class update', storageClass, (now) => validateStorageClassUpdate(now, storageClass), [
  [{ parameters: { a: 'b' } }, 'parameters: Forbidden: updates to parameters are forbidden.'],
]);

const pem = '-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n';
const request: CertificateSigningRequest = {
  ...header,
  spec: {
    request: Buffer.from(pem).toString('base64'),
    signerName: 'kubernetes.io/kube-apiserver-client',
    usages: ['client auth'],
  },
};
testCases('certificate signing request', request, validateCertificateSigningRequest, [
  [{ 'spec.request': '' }, 'spec.request: Invalid value: "": PEM block type must be CERTIFICATE REQUEST'],
  [{ 'spec.usages': [] }, 'spec.usages: Required value'],
  [{ 'spec.usages': ['any', 'any'] }, 'spec.usages[1]: Duplicate value: "any"'],
]);

const definition: CustomResourceDefinition = {
  ...header,
  metadata: { name: 'foos.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'foos', kind: 'Foo', singular: 'foo', listKind: 'FooList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};
testCases('custom resource definition', definition, validateCustomResourceDefinition, [
  [{ 'metadata.name': 'x' }, 'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group'],
  [
    { 'spec.versions.0.storage': false },
    'spec.versions: Invalid value: ["v1"]: must have exactly one version marked as storage version',
  ],
  [
    { 'spec.versions.0.schema': undefined },
    'spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required',
  ],
]);

const webhooks: ValidatingWebhookConfiguration = {
  ...header,
  webhooks: [
    {
      name: 'a.b.c',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      clientConfig: { url: 'https://x/y' },
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
    },
  ],
};
testCases('webhooks', webhooks, validateWebhookConfiguration, [
  [
    { 'webhooks.0.name': 'a' },
    'webhooks[0].name: Invalid value: "a": should be a domain with at least three segments separated by dots',
  ],
  [
    { 'webhooks.0.clientConfig': {} },
    'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
  ],
  [
    { 'webhooks.0.sideEffects': 'Some' },
    'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
  ],
  [
    { 'webhooks.0.timeoutSeconds': 31 },
    'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
  ],
]);
