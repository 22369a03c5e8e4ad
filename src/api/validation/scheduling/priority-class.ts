import type { PriorityClass } from '../../schema/generated/types/scheduling-v1.ts';
import { type Errors, oneOf } from '../common.ts';
import { forbidden } from '../field-error.ts';

const highestUserValue = 1_000_000_000;
const systemClasses: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

export function validatePriorityClass({ metadata, value = 0, preemptionPolicy }: PriorityClass): Errors {
  const { name = '' } = metadata;
  const errors: Errors = [];
  if (name.startsWith('system-')) {
    if (systemClasses[name] !== value)
      errors.push(
        forbidden(
          'metadata.name',
          "priority class names with 'system-' prefix are reserved for system use only. error: the name is not a known system class or its value differs",
        ),
      );
  } else if (value > highestUserValue)
    errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${highestUserValue}`));
  return [...errors, ...oneOf(preemptionPolicy, 'preemptionPolicy', ['Never', 'PreemptLowerPriority'])];
}

export function validatePriorityClassUpdate(now: PriorityClass, old: PriorityClass): Errors {
  const errors: Errors = [];
  if ((now.value ?? 0) !== (old.value ?? 0)) errors.push(forbidden('value', 'may not be changed in an update.'));
  if (now.preemptionPolicy !== old.preemptionPolicy) errors.push(forbidden('preemptionPolicy', 'field is immutable'));
  return errors;
}
