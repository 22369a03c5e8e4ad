import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkOperations } from '../harness/operations.ts';
import { startControlPlane } from '../harness/server.ts';

const { api } = await startControlPlane();
const group = 'flowcontrol.apiserver.k8s.io';

test('API priority and fairness should support FlowSchema API operations', async () => {
  const user = { kind: 'User', user: { name: 'example-e2e-non-existent-user' } };
  const resourceRules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }];
  await checkOperations(api, {
    group,
    plural: 'flowschemas',
    object: {
      metadata: { generateName: 'e2e-example-flowschema-' },
      spec: {
        matchingPrecedence: 10000,
        priorityLevelConfiguration: { name: 'global-default' },
        distinguisherMethod: { type: 'ByUser' },
        rules: [{ subjects: [user], resourceRules }],
      },
    },
    change: {
      patch: { spec: { matchingPrecedence: 9999 } },
      check: ({ spec }) => assert.equal(spec.matchingPrecedence, 9999),
    },
    status: true,
  });
});

test('API priority and fairness should support PriorityLevelConfiguration API operations', async () => {
  await checkOperations(api, {
    group,
    plural: 'prioritylevelconfigurations',
    object: {
      metadata: { generateName: 'example-e2e-plc-' },
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } },
    },
    change: {
      patch: { spec: { limited: { nominalConcurrencyShares: 4 } } },
      check: ({ spec }) => assert.equal(spec.limited.nominalConcurrencyShares, 4),
    },
    status: true,
  });
});
