import assert from 'node:assert/strict';
import test from 'node:test';
import { schemaOf } from './lookup.ts';
import { fillRequired } from './required.ts';

test('what a type requires is there, as zero', () => {
  const pod = { spec: { containers: [{}], volumes: [{ iscsi: {} }] } };
  fillRequired(schemaOf('io.k8s.api.core.v1.Pod'), pod);
  assert.deepEqual(pod, {
    spec: { containers: [{ name: '' }], volumes: [{ name: '', iscsi: { iqn: '', lun: 0, targetPortal: '' } }] },
  });
});

test('a specification is always there; an absent selector is not an empty one', () => {
  const deployment = {};
  fillRequired(schemaOf('io.k8s.api.apps.v1.Deployment'), deployment);
  assert.deepEqual(deployment, { spec: { template: {} } });
});

test('what is there stays', () => {
  const quota = { spec: { hard: { pods: '1' } } };
  fillRequired(schemaOf('io.k8s.api.core.v1.ResourceQuota'), quota);
  assert.deepEqual(quota, { spec: { hard: { pods: '1' } } });
});
