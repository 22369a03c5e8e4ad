import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validatingAdmissionPolicy } from '../../api/admissionregistration/validating-admission-policy.ts';
import { builtInKinds } from '../../api/kinds.ts';
import { startCluster } from '../testing/cluster.ts';
import { policyTypeCheckController } from './policy-type-check.ts';

const controllers = [policyTypeCheckController(() => builtInKinds)];

function policy(name: string, expressions: readonly string[], resources: readonly string[] = ['deployments']) {
  const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources };
  return {
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      variables: [{ name: 'replicas', expression: 'object.spec.replicas' }],
      validations: expressions.map((expression) => ({ expression })),
    },
  };
}

test('what cannot be right for a kind is told in the status, once for each generation', async (t) => {
  const { client, eventually } = await startCluster(t, { controllers });
  const status = (name: string) => client.view(validatingAdmissionPolicy).get(name)?.status;
  const fine = [
    'variables.replicas > 1',
    'object.metadata.labels["a"] == "b"',
    'object.spec.template.spec.?hostname.hasValue()',
  ];
  await client.create(validatingAdmissionPolicy, policy('fine', fine));
  await eventually(() => assert.deepEqual(status('fine'), { observedGeneration: 1, typeChecking: {} }));

  await client.create(
    validatingAdmissionPolicy,
    policy('wrong', ['true', 'object.spec.replica > 1 && variables.replicas == "a"']),
  );
  await eventually(() => assert.equal(status('wrong')?.observedGeneration, 1));
  const line = '\n | object.spec.replica > 1 && variables.replicas == "a"\n | ';
  assert.deepEqual(status('wrong')?.typeChecking?.expressionWarnings, [
    {
      fieldRef: 'spec.validations[1].expression',
      warning:
        `apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replica'${line}${'.'.repeat(11)}^\n` +
        `ERROR: <input>:1:47: found no matching overload for '_==_' applied to '(int, string)'${line}${'.'.repeat(46)}^\n`,
    },
  ]);
});

test('nothing is said of kinds that are not named', async (t) => {
  const { client, eventually } = await startCluster(t, { controllers });
  await client.create(validatingAdmissionPolicy, policy('any', ['object.anything.at.all'], ['*']));
  await eventually(() =>
    assert.deepEqual(client.view(validatingAdmissionPolicy).get('any')?.status, {
      observedGeneration: 1,
      typeChecking: {},
    }),
  );
});
