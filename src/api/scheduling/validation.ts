import type { PriorityClass } from '../schema/generated/types/scheduling-v1.ts';
import { type Errors, immutable, requiredOneOf } from '../validation/common.ts';
import { forbidden } from '../validation/field-error.ts';

/** Higher values are the system's. */
const highestUserPriority = 1_000_000_000;

const systemPriorities: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

export function validatePriorityClass(priority: PriorityClass): Errors {
  return [
    ...validateValue(priority),
    ...requiredOneOf(priority.preemptionPolicy, 'preemptionPolicy', ['PreemptLowerPriority', 'Never']),
  ];
}

function validateValue({ metadata: { name = '' }, value = 0, globalDefault }: PriorityClass): Errors {
  if (!name.startsWith('system-')) {
    if (value <= highestUserPriority) return [];
    return [forbidden('value', `maximum allowed value of a user defined priority is ${highestUserPriority}`)];
  }
  const fault = systemFault({ name, value, globalDefault: globalDefault ?? false });
  if (!fault) return [];
  const detail = `priority class names with 'system-' prefix are reserved for system use only. error: ${fault}`;
  return [forbidden('metadata.name', detail)];
}

function systemFault({ name, value, globalDefault }: { name: string; value: number; globalDefault: boolean }) {
  const wanted = systemPriorities[name];
  if (wanted === undefined) return `${name} is not a known system priority class`;
  if (value !== wanted) return `value of ${name} PriorityClass must be ${wanted}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

export function validatePriorityClassUpdate(priority: PriorityClass, old: PriorityClass): Errors {
  const errors: Errors = [];
  if (priority.value !== old.value) errors.push(forbidden('value', 'may not be changed in an update.'));
  return [...errors, ...immutable(priority.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy')];
}
