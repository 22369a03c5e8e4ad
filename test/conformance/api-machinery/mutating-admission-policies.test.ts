import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../harness/wait.ts';
import type { Loose } from '../harness/api.ts';
import { deployment } from '../harness/objects.ts';
import { checkOperations } from '../harness/operations.ts';
import { startControlPlane } from '../harness/server.ts';
import { admission } from '../harness/webhook-configurations.ts';

const { api, namespace } = await startControlPlane();

const group = 'admissionregistration.k8s.io';
const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] };
const apply = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });

/** A policy over new Deployments of one namespace, in force when this resolves. */
async function enforce(name: string, mutation: Loose, isMutated: (object: Loose) => boolean): Promise<string> {
  const space = await namespace('policy');
  await api.create(`${admission}/mutatingadmissionpolicies`, {
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      mutations: [mutation],
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
    },
  });
  await api.create(`${admission}/mutatingadmissionpolicybindings`, {
    metadata: { name },
    spec: {
      policyName: name,
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': space } } },
    },
  });
  const path = `/apis/apps/v1/namespaces/${space}/deployments`;
  await until('the policy to be in force', async () =>
    isMutated(await api.create(`${path}?dryRun=All`, deployment('marker', 1))),
  );
  return path;
}

test('MutatingAdmissionPolicy [Privileged:ClusterAdmin] should mutate a Deployment', async () => {
  const mutation = apply('Object{spec: Object.spec{replicas: object.spec.replicas + 100}}');
  const path = await enforce('replicas.mutation.example.com', mutation, ({ spec }) => spec.replicas === 101);
  const created = await api.create(path, deployment('replicated', 2));
  assert.equal(created.spec.replicas, 102);
  assert.equal((await api.get(`${path}/replicated`)).spec.replicas, 102);
});

test('MutatingAdmissionPolicy [Privileged:ClusterAdmin] should mutate a Deployment with annotations', async () => {
  const mutation = apply('Object{metadata: Object.metadata{annotations: {"my-foo-annotation": "myAnnotationValue"}}}');
  const isMutated = ({ metadata }: Loose) => metadata.annotations?.['my-foo-annotation'] === 'myAnnotationValue';
  const path = await enforce('annotations.mutation.example.com', mutation, isMutated);
  const annotated = deployment('annotated', 2);
  const created = await api.create(path, {
    ...annotated,
    metadata: { ...annotated.metadata, annotations: { mine: 'yes' } },
  });
  assert.ok(isMutated(created));
  assert.equal(created.metadata.annotations.mine, 'yes');
  assert.equal(created.spec.replicas, 2);
});

test('MutatingAdmissionPolicy [Privileged:ClusterAdmin] should support MutatingAdmissionPolicy API operations', async () => {
  await checkOperations(api, {
    group,
    plural: 'mutatingadmissionpolicies',
    object: {
      metadata: { generateName: 'e2e-mutating-admission-policy-' },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        mutations: [apply('Object{spec: Object.spec{replicas: 1}}')],
        reinvocationPolicy: 'Never',
      },
    },
    change: {
      patch: { spec: { failurePolicy: 'Ignore' } },
      check: ({ spec }) => assert.equal(spec.failurePolicy, 'Ignore'),
    },
    status: false,
  });
});

test('MutatingAdmissionPolicy [Privileged:ClusterAdmin] should support MutatingAdmissionPolicyBinding API operations', async () => {
  const selector = (name: string) => ({ objectSelector: { matchLabels: { selected: name } } });
  await checkOperations(api, {
    group,
    plural: 'mutatingadmissionpolicybindings',
    object: {
      metadata: { generateName: 'e2e-mutating-admission-policy-binding-' },
      spec: { policyName: 'missing-policy', matchResources: selector('first') },
    },
    change: {
      patch: { spec: { matchResources: selector('second') } },
      check: ({ spec }) => assert.equal(spec.matchResources.objectSelector.matchLabels.selected, 'second'),
    },
    status: false,
  });
});
