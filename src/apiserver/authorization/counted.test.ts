import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { Decision } from '../contract.ts';
import { countDecisions } from './counted.ts';

test('decisions are passed on and counted, now or later; no opinion is none', async () => {
  const metrics = new MetricRegistry();
  const count = countDecisions(metrics);
  const attributes = { user: { name: 'a', groups: [] }, verb: 'get', path: '/' };
  const say = (decision: Decision['decision']) => ({ decision, reason: 'r' });
  for (const decision of ['allow', 'deny', 'no-opinion'] as const) {
    assert.deepEqual(count({ authorize: () => say(decision) }, 'RBAC', 'rbac').authorize(attributes), say(decision));
    const later = count({ authorize: async () => say(decision) }, 'Webhook', 'w').authorize(attributes);
    assert.deepEqual(await later, say(decision));
  }
  const lines = metrics
    .render()
    .split('\n')
    .filter((line) => line.startsWith('apiserver'));
  assert.deepEqual(lines, [
    'apiserver_authorization_decisions_total{type="RBAC",name="rbac",decision="allowed"} 1',
    'apiserver_authorization_decisions_total{type="RBAC",name="rbac",decision="denied"} 1',
    'apiserver_authorization_decisions_total{type="Webhook",name="w",decision="allowed"} 1',
    'apiserver_authorization_decisions_total{type="Webhook",name="w",decision="denied"} 1',
  ]);
});
