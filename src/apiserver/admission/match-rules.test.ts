import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployment } from '../../api/apps/deployment.ts';
import { horizontalPodAutoscaler } from '../../api/autoscaling/horizontal-pod-autoscaler.ts';
import { horizontalPodAutoscalerV1 } from '../../api/autoscaling/horizontal-pod-autoscaler-v1.ts';
import { namespace } from '../../api/core/namespace.ts';
import type { Kind } from '../../api/kind.ts';
import { builtInKinds } from '../../api/kinds.ts';
import type { NamedRuleWithOperations } from '../../api/schema/generated/types/admissionregistration-v1.ts';
import type { AdmissionRequest } from '../contract.ts';
import { equivalentsOf } from '../registry/served-kind.ts';
import { isExempt, matchedKind, ruleMatches } from './match-rules.ts';

const rule = { operations: ['CREATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] };
const all = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] };

function request(kind: unknown, more: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const ref = { namespace: 'default', name: 'a' };
  const user = { name: 'jo', groups: [] };
  const whole = { operation: 'CREATE' as const, subresource: '', ref, user, dryRun: false, warn: () => undefined };
  return { ...whole, kind: kind as Kind, ...more };
}

const cases: readonly (readonly [
  what: string,
  rule: NamedRuleWithOperations,
  more: Partial<AdmissionRequest>,
  matches: boolean,
])[] = [
  ['the very resource', rule, {}, true],
  ['another operation', rule, { operation: 'DELETE' }, false],
  ['another group', { ...rule, apiGroups: ['batch'] }, {}, false],
  ['another version', { ...rule, apiVersions: ['v2'] }, {}, false],
  ['another resource', { ...rule, resources: ['daemonsets'] }, {}, false],
  ['stars', all, {}, true],
  ['a star without a slash means no subresource', all, { subresource: 'status' }, false],
  [
    'a star behind the slash means any, and none',
    { ...all, resources: ['deployments/*'] },
    { subresource: 'status' },
    true,
  ],
  ['a star behind the slash means none, too', { ...all, resources: ['deployments/*'] }, {}, true],
  ['a subresource of everything', { ...all, resources: ['*/status'] }, { subresource: 'status' }, true],
  ['another subresource', { ...all, resources: ['*/status'] }, { subresource: 'scale' }, false],
  ['the scope of the kind', { ...rule, scope: 'Namespaced' }, {}, true],
  ['another scope', { ...rule, scope: 'Cluster' }, {}, false],
  ['the name', { ...rule, resourceNames: ['a'] }, {}, true],
  ['another name', { ...rule, resourceNames: ['b'] }, {}, false],
];
for (const [what, one, more, matches] of cases)
  test(`rules: ${what}`, () => {
    const asked = request(deployment, more);
    assert.equal(ruleMatches(one, asked, asked.kind), matches);
  });

test('a namespace itself is of the cluster', () => {
  const asked = request(namespace, { ref: { name: 'a' } });
  assert.equal(ruleMatches({ ...all, scope: 'Namespaced' }, asked, asked.kind), false);
  assert.equal(ruleMatches({ ...all, scope: 'Cluster' }, asked, asked.kind), true);
});

test('another version of the same objects is found unless exactly one is wanted, and what is excluded is not', () => {
  const equivalents = equivalentsOf(() => builtInKinds);
  const rules = [{ ...all, apiVersions: ['v1'] }];
  const asked = request(horizontalPodAutoscaler);
  assert.equal(matchedKind({ rules }, asked, equivalents), horizontalPodAutoscalerV1 as unknown);
  assert.equal(matchedKind({ rules, matchPolicy: 'Exact' }, asked, equivalents), undefined);
  assert.equal(matchedKind({ rules: [all], excluded: rules }, asked, equivalents), undefined);
  assert.equal(matchedKind({ rules: [all] }, asked, equivalents), horizontalPodAutoscaler as unknown);
});

test('what governs admission is exempt from it', () => {
  const governing = builtInKinds.filter((kind) => isExempt(request(kind))).map(({ kind }) => kind);
  assert.deepEqual(governing.sort(), [
    ...['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding', 'MutatingWebhookConfiguration'],
    ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'ValidatingWebhookConfiguration'],
  ]);
});
