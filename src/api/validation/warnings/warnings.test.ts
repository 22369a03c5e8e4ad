import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtInKinds } from '../../kinds.ts';
import type { KubeObject } from '../../object.ts';
import { changed } from '../cases.test-helper.ts';

const container = { name: 'c', image: 'i' };
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } };
const meta = { name: 'o', namespace: 'n' };

/** By `group/Kind`: an object that nobody is warned of. */
const plain: Readonly<Record<string, object>> = {
  '/Pod': { metadata: meta, spec: { containers: [container] } },
  'apps/Deployment': { metadata: meta, spec: { template } },
  'apps/DaemonSet': { metadata: meta, spec: { template } },
  'apps/ReplicaSet': { metadata: meta, spec: { template } },
  '/ReplicationController': { metadata: meta, spec: { template } },
  'apps/StatefulSet': { metadata: meta, spec: { template } },
  'batch/Job': { metadata: meta, spec: { template } },
  'batch/CronJob': { metadata: meta, spec: { schedule: '@daily', jobTemplate: { spec: { template } } } },
  '/PersistentVolumeClaim': { metadata: meta, spec: { resources: { requests: { storage: '1Gi' } } } },
  '/PersistentVolume': { metadata: meta, spec: { hostPath: { path: '/x' } } },
  'storage.k8s.io/StorageClass': { metadata: meta, provisioner: 'p' },
  '/Service': { metadata: meta, spec: { type: 'ClusterIP', sessionAffinity: 'None' } },
  'networking.k8s.io/Ingress': { metadata: meta, spec: {} },
  '/ServiceAccount': { metadata: meta },
  '/Node': { metadata: meta, spec: {} },
  'node.k8s.io/RuntimeClass': { metadata: meta, handler: 'h' },
};

type Case = readonly [kind: string, changes: Readonly<Record<string, unknown>>, ...warnings: string[]];

const c0 = 'spec.containers.0';
const noSelector = 'a null labelSelector results in matching no pod';
const label =
  "[a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')]";

const cases: readonly Case[] = [
  [
    '/Pod',
    { 'metadata.name': 'a.b' },
    `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: ${label}`,
  ],
  [
    '/Pod',
    { 'spec.nodeSelector': { 'beta.kubernetes.io/arch': 'arm64' } },
    'spec.nodeSelector[beta.kubernetes.io/arch]: deprecated since v1.14; use "kubernetes.io/arch" instead',
  ],
  [
    '/Pod',
    {
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms': [
        { matchExpressions: [{ key: 'failure-domain.beta.kubernetes.io/zone', operator: 'Exists' }] },
      ],
    },
    'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  ],
  [
    '/Pod',
    { 'spec.topologySpreadConstraints': [{ topologyKey: 'beta.kubernetes.io/os' }] },
    'spec.topologySpreadConstraints[0].topologyKey: beta.kubernetes.io/os is deprecated since v1.14; use "kubernetes.io/os" instead',
    `spec.topologySpreadConstraints[0].labelSelector: ${noSelector}`,
  ],
  [
    '/Pod',
    { 'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution': [{ topologyKey: 'k' }] },
    `spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: ${noSelector}`,
  ],
  [
    '/Pod',
    { 'metadata.annotations': { 'scheduler.alpha.kubernetes.io/critical-pod': '' } },
    'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
  ],
  [
    '/Pod',
    { 'metadata.annotations': { 'seccomp.security.alpha.kubernetes.io/pod': 'x' } },
    'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
  ],
  [
    '/Pod',
    { 'spec.volumes': [{ name: 'v', gitRepo: { repository: 'r' } }] },
    'spec.volumes[0].gitRepo: deprecated in v1.11',
  ],
  [
    '/Pod',
    {
      'spec.volumes': [
        {
          name: 'v',
          projected: {
            sources: [
              { serviceAccountToken: { path: 'token' } },
              { configMap: { name: 'm', items: [{ key: 'k', path: 'token' }] } },
            ],
          },
        },
      ],
    },
    'spec.volumes[0].projected.sources.configMap[0]: has duplicated path with ServiceAccountToken "token"',
  ],
  [
    '/Pod',
    { 'spec.hostAliases': [{ ip: '1.1.1.1' }, { ip: '1.1.1.1' }] },
    'spec.hostAliases[1].ip: duplicate ip "1.1.1.1"',
  ],
  [
    '/Pod',
    { 'spec.imagePullSecrets': [{ name: 'a' }, { name: 'a' }, {}] },
    'spec.imagePullSecrets[1].name: duplicate name "a"',
    'spec.imagePullSecrets[2].name: invalid empty name ""',
  ],
  [
    '/Pod',
    { [`${c0}.resources`]: { limits: { memory: '100m' }, requests: { 'ephemeral-storage': '0.5' } } },
    'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
    'spec.containers[0].resources.requests[ephemeral-storage]: fractional byte value "0.5" is invalid, must be an integer',
  ],
  [
    '/Pod',
    {
      [`${c0}.env`]: [
        { name: 'A', value: 'x' },
        { name: 'A', value: 'y' },
      ],
    },
    'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
  ],
  [
    '/Pod',
    {
      [`${c0}.env`]: [
        { name: 'A', value: 'x' },
        { name: 'A', value: '$(A):y' },
      ],
    },
  ],
  [
    '/Pod',
    {
      [`${c0}.ports`]: [
        { containerPort: 80, protocol: 'TCP' },
        { containerPort: 80, protocol: 'TCP' },
        { containerPort: 80, protocol: 'TCP', hostPort: 8080 },
      ],
    },
    'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
    'spec.containers[0].ports[2]: overlapping port definition with spec.containers[0].ports[0]',
    'spec.containers[0].ports[2]: overlapping port definition with spec.containers[0].ports[1]',
  ],
  [
    '/Pod',
    { [`${c0}.ports`]: [{ containerPort: 80, protocol: 'TCP', hostIP: '1.1.1.1' }] },
    'spec.containers[0].ports[0]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:80 Protocol:TCP HostIP:1.1.1.1}',
  ],
  [
    '/Pod',
    { 'spec.terminationGracePeriodSeconds': -1 },
    'spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
  ],
  [
    'apps/Deployment',
    { 'spec.template.spec.volumes': [{ name: 'v', rbd: {} }] },
    'spec.template.spec.volumes[0].rbd: deprecated in v1.28, non-functional in v1.31+',
  ],
  [
    'apps/DaemonSet',
    { 'spec.template.metadata.annotations': { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' } },
    'spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the "appArmorProfile" field instead',
  ],
  [
    'apps/ReplicaSet',
    { 'metadata.name': 'a.b' },
    `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: ${label}`,
  ],
  [
    'apps/StatefulSet',
    {
      'spec.revisionHistoryLimit': -1,
      'spec.volumeClaimTemplates': [{ spec: { resources: { requests: { storage: '1500m' } } } }],
    },
    'spec.volumeClaimTemplates[0].resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
    'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
  ],
  [
    'batch/CronJob',
    { 'spec.jobTemplate.spec.template.spec.imagePullSecrets': [{ name: '' }] },
    'spec.jobTemplate.spec.template.spec.imagePullSecrets[0].name: invalid empty name ""',
  ],
  [
    '/PersistentVolumeClaim',
    { 'metadata.annotations': { 'volume.beta.kubernetes.io/storage-class': 'x' } },
    'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
  ],
  [
    '/PersistentVolume',
    { 'spec.persistentVolumeReclaimPolicy': 'Recycle' },
    'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
  ],
  [
    'storage.k8s.io/StorageClass',
    { allowedTopologies: [{ matchLabelExpressions: [{ key: 'beta.kubernetes.io/os', values: ['linux'] }] }] },
    'allowedTopologies[0].matchLabelExpressions[0].key: beta.kubernetes.io/os is deprecated since v1.14; use "kubernetes.io/os" instead',
  ],
  [
    '/Service',
    { 'spec.clusterIP': 'None', 'spec.sessionAffinity': 'ClientIP', 'spec.externalName': 'x' },
    'spec.SessionAffinity is ignored for headless services',
    'spec.externalName is ignored when spec.type is not "ExternalName"',
  ],
  [
    '/Service',
    { 'spec.externalIPs': ['FD00::1'] },
    'spec.externalIPs[0]: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")',
    'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
  ],
  [
    'networking.k8s.io/Ingress',
    { 'metadata.annotations': { 'kubernetes.io/ingress.class': 'x' } },
    'annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead',
  ],
  [
    '/ServiceAccount',
    { 'metadata.annotations': { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
    'metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets',
  ],
  ['/Node', { 'spec.externalID': 'x' }, 'spec.externalID: this field is deprecated, and is unused by Kubernetes'],
  [
    'node.k8s.io/RuntimeClass',
    { 'scheduling.nodeSelector': { 'beta.kubernetes.io/arch': 'x' } },
    'scheduling.nodeSelector: deprecated since v1.14; use "kubernetes.io/arch" instead',
  ],
];

const kindOf = (name: string) => builtInKinds.find(({ group, kind }) => `${group}/${kind}` === name);

function warn(name: string, object: object, old?: object): readonly string[] {
  return kindOf(name)?.warnings?.(object as KubeObject, old as KubeObject | undefined) ?? [];
}

test('nobody is warned of what is plain', () => {
  for (const [name, object] of Object.entries(plain)) {
    assert.ok(kindOf(name)?.warnings, name);
    assert.deepEqual(warn(name, object), [], name);
  }
  const warning = builtInKinds.filter(({ warnings }) => warnings).map(({ group, kind }) => `${group}/${kind}`);
  assert.deepEqual(warning.sort(), Object.keys(plain).sort());
});

for (const [name, changes, ...expected] of cases)
  test(`${name}: ${JSON.stringify(changes)}`, () => {
    assert.deepEqual(warn(name, changed(plain[name] ?? {}, changes)), expected);
  });

test('pods are warned of once, templates when they change', () => {
  const odd = { 'spec.imagePullSecrets': [{ name: '' }] };
  const pod = changed(plain['/Pod'] ?? {}, odd);
  assert.deepEqual(warn('/Pod', pod, plain['/Pod']), []);
  const deployment = changed(plain['apps/Deployment'] ?? {}, { 'spec.template.spec.imagePullSecrets': [{ name: '' }] });
  assert.equal(warn('apps/Deployment', deployment, plain['apps/Deployment']).length, 1);
  assert.deepEqual(warn('apps/Deployment', deployment, deployment), []);
});
