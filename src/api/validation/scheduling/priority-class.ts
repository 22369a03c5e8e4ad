import type { PriorityClass } from '../../schema/generated/types/scheduling-v1.ts';
import { type Errors, immutable, oneOf } from '../common.ts';
import { forbidden } from '../field-error.ts';

const highestUserValue = 1_000_000_000;
const systemClasses: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

export function validatePriorityClass({ metadata, value = 0, globalDefault, preemptionPolicy }: PriorityClass): Errors {
  const { name = '' } = metadata;
  const errors: Errors = [];
  if (name.startsWith('system-')) {
    const why = notSystemClass(name, value, globalDefault === true);
    if (why !== undefined)
      errors.push(
        forbidden(
          'metadata.name',
          `priority class names with 'system-' prefix are reserved for system use only. error: ${why}`,
        ),
      );
  } else if (value > highestUserValue)
    errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${highestUserValue}`));
  return [...errors, ...oneOf(preemptionPolicy, 'preemptionPolicy', ['Never', 'PreemptLowerPriority'])];
}

/** Why this is not a class that comes with Kubernetes; undefined where it is. */
function notSystemClass(name: string, value: number, isDefault: boolean): string | undefined {
  const wanted = Object.hasOwn(systemClasses, name) ? systemClasses[name] : undefined;
  if (wanted === undefined) return `${name} is not a known system priority class`;
  if (value !== wanted) return `value of ${name} PriorityClass must be ${wanted}`;
  return isDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

export function validatePriorityClassUpdate(now: PriorityClass, old: PriorityClass): Errors {
  const errors: Errors = [];
  if ((now.value ?? 0) !== (old.value ?? 0)) errors.push(forbidden('value', 'may not be changed in an update.'));
  return [...errors, ...immutable(now.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy')];
}
