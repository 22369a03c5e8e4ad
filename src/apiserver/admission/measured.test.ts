import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';
import { measured } from './measured.ts';

test('plugins do what they did, and each call is counted, also one that refuses or waits', async () => {
  const metrics = new MetricRegistry();
  const asked: unknown[] = [];
  const plugin: AdmissionPlugin = {
    name: 'Test',
    handles: ({ operation }) => operation === 'CREATE',
    mutate(request, object) {
      asked.push([this === plugin, request.operation, object]);
    },
    async validate() {
      throw new Error('refused');
    },
    settled: () => void asked.push('settled'),
  };
  const [wrapped] = measured([plugin], metrics);
  assert.ok(wrapped);
  const request = { operation: 'CREATE' } as AdmissionRequest;
  assert.equal(wrapped.handles(request), true);
  assert.equal(wrapped.mutate?.(request, undefined), undefined, 'what does not wait stays so');
  await assert.rejects(Promise.resolve(wrapped.validate?.(request, undefined)), /refused/);
  wrapped.settled?.(request);
  assert.equal(wrapped.allocate, undefined);
  assert.deepEqual(asked, [[true, 'CREATE', undefined], 'settled']);
  const count = /_count\{name="Test",operation="CREATE",rejected="(\w+)",type="(\w+)"\} 1/g;
  assert.deepEqual(
    [...metrics.render().matchAll(count)].map(([, rejected, type]) => [rejected, type]),
    [
      ['false', 'admit'],
      ['true', 'validate'],
    ],
  );
});
