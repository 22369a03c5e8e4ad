import type { PodDisruptionBudget } from '../../schema/generated/types/policy-v1.ts';
import { atMostAll, countOrPercent, type Errors, oneOf } from '../common.ts';
import { asGoStruct, invalidValue } from '../field-error.ts';
import { validateLabelSelector } from '../label-selector.ts';

const emptySpec = { MinAvailable: null, Selector: null, MaxUnavailable: null, UnhealthyPodEvictionPolicy: null };

export function validatePodDisruptionBudget({ spec = {} }: PodDisruptionBudget): Errors {
  const { minAvailable, maxUnavailable } = spec;
  const errors: Errors = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    errors.push(
      invalidValue('spec', asGoStruct(spec, emptySpec), 'minAvailable and maxUnavailable cannot be both set'),
    );
  return [
    ...errors,
    ...countOrPercent(minAvailable, 'spec.minAvailable'),
    ...atMostAll(minAvailable, 'spec.minAvailable'),
    ...countOrPercent(maxUnavailable, 'spec.maxUnavailable'),
    ...atMostAll(maxUnavailable, 'spec.maxUnavailable'),
    ...validateLabelSelector(spec.selector, 'spec.selector'),
    ...oneOf(spec.unhealthyPodEvictionPolicy, 'spec.unhealthyPodEvictionPolicy', ['AlwaysAllow', 'IfHealthyBudget']),
  ];
}
