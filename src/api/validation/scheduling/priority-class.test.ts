import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCases } from '../cases.test-helper.ts';
import { validatePriorityClass, validatePriorityClassUpdate } from './priority-class.ts';

const priority = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'a' },
  value: 1000,
  preemptionPolicy: 'Never',
};
const reserved = `metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only.`;

testCases('priority class', priority, validatePriorityClass, [
  [{ value: 1_000_000_001 }, 'value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
  [{ preemptionPolicy: undefined }, 'preemptionPolicy: Required value'],
  [
    { preemptionPolicy: 'x' },
    'preemptionPolicy: Unsupported value: "x": supported values: "PreemptLowerPriority", "Never"',
  ],
  [{ 'metadata.name': 'system-node-critical', value: 2_000_001_000 }],
  [
    { 'metadata.name': 'system-node-critical' },
    `${reserved} error: value of system-node-critical PriorityClass must be 2000001000`,
  ],
  [{ 'metadata.name': 'system-mine' }, `${reserved} error: system-mine is not a known system priority class`],
]);

test('value and preemption policy stay', () => {
  const fields = validatePriorityClassUpdate(
    { ...priority, value: 1, preemptionPolicy: 'PreemptLowerPriority' },
    priority,
  );
  assert.deepEqual(
    fields.map(({ field }) => field),
    ['value', 'preemptionPolicy'],
  );
});
