import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startControlPlane } from '../harness/server.ts';

const { api } = await startControlPlane();

test('Servers with support for Table transformation should return a 406 for a backend which does not implement metadata', async () => {
  const answer = await api.raw('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } },
    },
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  assert.equal(answer.status, 406);
  assert.equal(answer.json.reason, 'NotAcceptable');
});
