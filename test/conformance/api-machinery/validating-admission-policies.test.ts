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

/** A policy over new Deployments of one namespace, in force when this resolves. */
async function enforce(name: string, spec: Loose): Promise<string> {
  const space = await namespace('policy');
  const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] };
  // A deployment of this name shows that the policy is in force.
  const marker = { expression: "object.metadata.name != 'marker'", message: 'marker denied' };
  await api.create(`${admission}/validatingadmissionpolicies`, {
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      ...spec,
      validations: [marker, ...spec.validations],
    },
  });
  await api.create(`${admission}/validatingadmissionpolicybindings`, {
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': space } } },
    },
  });
  const path = `/apis/apps/v1/namespaces/${space}/deployments`;
  await until('the policy to be in force', async () => {
    const { status, text } = await api.raw('POST', `${path}?dryRun=All`, { body: deployment('marker', 1) });
    return status === 422 && text.includes('marker denied');
  });
  return path;
}

test('ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should validate against a Deployment', async () => {
  const path = await enforce('replicas.policy.example.com', {
    validations: [
      {
        expression: 'object.spec.replicas > 1',
        messageExpression: "'wants replicas > 1, got ' + string(object.spec.replicas)",
      },
    ],
  });
  await assert.rejects(api.create(path, deployment('replicated', 1)), {
    reason: 'Invalid',
    message: /denied request: wants replicas > 1, got 1/,
  });
  assert.ok((await api.create(path, deployment('replicated', 2))).metadata.uid);
});

test('ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should allow expressions to refer variables.', async () => {
  const path = await enforce('variables.policy.example.com', {
    variables: [
      { name: 'replicas', expression: 'object.spec.replicas' },
      { name: 'oddReplicas', expression: 'variables.replicas % 2 == 1' },
    ],
    validations: [{ expression: 'variables.replicas > 1' }, { expression: 'variables.oddReplicas' }],
  });
  await assert.rejects(api.create(path, deployment('replicated', 1)), {
    reason: 'Invalid',
    message: /failed expression: variables\.replicas > 1/,
  });
  await assert.rejects(api.create(path, deployment('replicated', 2)), {
    reason: 'Invalid',
    message: /failed expression: variables\.oddReplicas/,
  });
  assert.ok((await api.create(path, deployment('replicated', 3))).metadata.uid);
});

test('ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicy API operations', async () => {
  const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] };
  await checkOperations(api, {
    group,
    plural: 'validatingadmissionpolicies',
    object: {
      metadata: { generateName: 'e2e-validating-admission-policy-' },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: 'object.spec.replicas <= 100' }],
      },
    },
    change: {
      patch: { spec: { failurePolicy: 'Ignore' } },
      check: ({ spec }) => assert.equal(spec.failurePolicy, 'Ignore'),
    },
    status: true,
  });
});

test('ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicyBinding API operations', async () => {
  await checkOperations(api, {
    group,
    plural: 'validatingadmissionpolicybindings',
    object: {
      metadata: { generateName: 'e2e-validating-admission-policy-binding-' },
      spec: { policyName: 'missing-policy', validationActions: ['Deny'] },
    },
    change: {
      patch: { spec: { validationActions: ['Warn'] } },
      check: ({ spec }) => assert.deepEqual(spec.validationActions, ['Warn']),
    },
    status: false,
  });
});
