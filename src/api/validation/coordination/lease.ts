import type { Lease } from '../../schema/generated/types/coordination-v1.ts';
import { type Errors, notNegative, positive } from '../common.ts';
import { forbidden, invalidFormat, notSupported } from '../field-error.ts';
import { isQualifiedName } from '../format.ts';

const strategies = ['OldestEmulationVersion'];

/** A lease. Its holder may be empty: that is how a leader gives it back. */
export function validateLease({ spec = {} }: Lease): Errors {
  const { strategy, preferredHolder } = spec;
  const errors = [
    ...positive(spec.leaseDurationSeconds, 'spec.leaseDurationSeconds'),
    ...notNegative(spec.leaseTransitions, 'spec.leaseTransitions'),
    ...(strategy === undefined ? [] : validateStrategy(strategy, 'spec.strategy')),
  ];
  if (preferredHolder && !strategy)
    errors.push(forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined'));
  return errors;
}

/** One of Kubernetes' own, or one that somebody else has a name for. */
function validateStrategy(strategy: string, path: string): Errors {
  if (strategy.includes('/')) return invalidFormat(path, strategy, isQualifiedName(strategy));
  return strategies.includes(strategy) ? [] : [notSupported(path, strategy, strategies)];
}
