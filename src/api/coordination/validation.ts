import type { Lease } from '../schema/generated/types/coordination-v1.ts';
import { type Errors, notNegative, positive } from '../validation/common.ts';

export function validateLease({ spec }: Lease): Errors {
  return [
    ...positive(spec?.leaseDurationSeconds, 'spec.leaseDurationSeconds'),
    ...notNegative(spec?.leaseTransitions, 'spec.leaseTransitions'),
  ];
}
