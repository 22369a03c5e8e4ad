import type { Condition } from '../schema/generated/types/meta-v1.ts';
import { type Errors, each } from './common.ts';
import { duplicate, invalidFormat, invalidValue, notSupported, required, tooLong } from './field-error.ts';
import { isConditionReason, isQualifiedName } from './format.ts';

export const conditionStatuses = ['False', 'True', 'Unknown'];
const maxReasonBytes = 1024;
const maxMessageBytes = 32 * 1024;

/** A list of `metav1.Condition`, one of each type. */
export function validateConditions(conditions: readonly Condition[] | undefined, path: string): Errors {
  const types = new Set<string>();
  return each(conditions, path, (condition, here) => {
    const { type = '', status = '', observedGeneration = 0, lastTransitionTime, reason = '', message = '' } = condition;
    const errors: Errors = types.has(type) ? [duplicate(`${here}.type`, type)] : [];
    types.add(type);
    errors.push(...invalidFormat(`${here}.type`, type, isQualifiedName(type)));
    if (!conditionStatuses.includes(status)) errors.push(notSupported(`${here}.status`, status, conditionStatuses));
    if (observedGeneration < 0)
      errors.push(
        invalidValue(`${here}.observedGeneration`, observedGeneration, 'must be greater than or equal to zero'),
      );
    if (!lastTransitionTime) errors.push(required(`${here}.lastTransitionTime`, 'must be set'));
    if (!reason) errors.push(required(`${here}.reason`, 'must be set'));
    else errors.push(...invalidFormat(`${here}.reason`, reason, isConditionReason(reason)));
    if (reason.length > maxReasonBytes) errors.push(tooLong(`${here}.reason`, maxReasonBytes));
    if (message.length > maxMessageBytes) errors.push(tooLong(`${here}.message`, maxMessageBytes));
    return errors;
  });
}
