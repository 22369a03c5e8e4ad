import assert from 'node:assert/strict';
import test from 'node:test';
import { applyDefaults } from './defaults.ts';
import { schemaOf } from './lookup.ts';

test('amounts of resources are rounded up to thousandths, wherever they stand', () => {
  const resources = { limits: { cpu: '100u', memory: '1Gi' }, requests: { cpu: '1500001n', 'example.com/a': '1e-6' } };
  const pod = { metadata: {}, spec: { containers: [{ name: 'c', resources }], overhead: { cpu: '250m' } } };
  applyDefaults(schemaOf('io.k8s.api.core.v1.Pod'), pod);
  assert.deepEqual(pod.spec.containers[0]?.resources, {
    limits: { cpu: '1m', memory: '1Gi' },
    requests: { cpu: '2m', 'example.com/a': '1e-3' },
  });
  assert.deepEqual(pod.spec.overhead, { cpu: '250m' });
});
