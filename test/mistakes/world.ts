import { manifest, pod, service, shell, workload } from '../harness/objects.ts';
import { container, labels, template } from './objects.ts';

/** What is there when the mistakes are made. */
export const world = manifest(
  workload('Deployment', 'web', { containers: [container] }, { replicas: 0 }),
  service('web', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }),
  pod('waiting', shell('true'), { nodeSelector: { no: 'where' } }),
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { mode: 'slow' } },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fixed' }, immutable: true, data: { a: '1' } },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, type: 'Opaque', stringData: { word: 'open' } },
  {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'once' },
    spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [container] } } },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: { replicas: 0, serviceName: 'db', selector: { matchLabels: labels }, template: template() },
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'reader' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'roles' },
    rules: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['create'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'reads' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'User', name: 'jane' }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'makes-roles' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'roles' },
    subjects: [{ kind: 'User', name: 'jane' }],
  },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'full' } },
  {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'few', namespace: 'full' },
    spec: { hard: { configmaps: '1', 'limits.cpu': '1' } },
  },
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'strict', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  },
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'warns', labels: { 'pod-security.kubernetes.io/warn': 'baseline' } },
  },
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  required: ['size'],
                  'x-kubernetes-validations': [
                    { rule: '!has(self.colour) || self.size < 10', message: 'coloured widgets are small' },
                  ],
                  properties: {
                    size: { type: 'integer', maximum: 100 },
                    colour: { type: 'string', enum: ['red', 'blue'] },
                    name: { type: 'string', pattern: '^[a-z]+$' },
                  },
                },
              },
            },
          },
        },
      ],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'no-secrets-in-maps' },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      },
      validations: [
        { expression: "!has(object.data) || !('password' in object.data)", message: 'passwords belong into secrets' },
      ],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'everywhere' },
    spec: { policyName: 'no-secrets-in-maps', validationActions: ['Deny'] },
  },
);
