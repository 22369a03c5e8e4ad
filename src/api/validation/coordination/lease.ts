import type { Lease } from '../../schema/generated/types/coordination-v1.ts';
import { type Errors, notNegative, positive } from '../common.ts';
import { invalidValue, required } from '../field-error.ts';

export function validateLease({ spec = {} }: Lease): Errors {
  const { strategy, preferredHolder, holderIdentity } = spec;
  const errors = [
    ...positive(spec.leaseDurationSeconds, 'spec.leaseDurationSeconds'),
    ...notNegative(spec.leaseTransitions, 'spec.leaseTransitions'),
  ];
  if (holderIdentity === '') errors.push(invalidValue('spec.holderIdentity', holderIdentity, 'must not be empty'));
  if (preferredHolder && !strategy)
    errors.push(required('spec.strategy', 'strategy must be specified when preferredHolder is specified'));
  return errors;
}
