import type {
  HorizontalPodAutoscaler,
  HPAScalingPolicy,
  HPAScalingRules,
} from '../../schema/generated/types/autoscaling-v2.ts';
import { type Errors, each, notNegative, oneOf, quantity } from '../common.ts';
import { invalidValue, notSupported, required } from '../field-error.ts';
import { validateMetric } from './metrics.ts';
import { objectReference } from './object-reference.ts';

const maxWindowSeconds = 3600;
const maxPeriodSeconds = 1800;

/** An autoscaler in its v2 form. */
export function validateHorizontalPodAutoscaler({ spec }: HorizontalPodAutoscaler): Errors {
  if (!spec) return [required('spec.scaleTargetRef.kind'), required('spec.scaleTargetRef.name')];
  const { minReplicas, maxReplicas, scaleTargetRef, behavior } = spec;
  const errors: Errors = [];
  if (minReplicas !== undefined && minReplicas < 1)
    errors.push(invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  if (maxReplicas < 1) errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  return [
    ...errors,
    ...objectReference(scaleTargetRef, 'spec.scaleTargetRef'),
    ...each(spec.metrics, 'spec.metrics', validateMetric),
    ...validateRules(behavior?.scaleUp, 'spec.behavior.scaleUp'),
    ...validateRules(behavior?.scaleDown, 'spec.behavior.scaleDown'),
  ];
}

/** How fast to scale in one direction. */
function validateRules(rules: HPAScalingRules | undefined, path: string): Errors {
  if (!rules) return [];
  const { stabilizationWindowSeconds: seconds, selectPolicy, policies = [], tolerance } = rules;
  const here = `${path}.stabilizationWindowSeconds`;
  const errors: Errors = [];
  if (seconds !== undefined && seconds < 0)
    errors.push(invalidValue(here, seconds, 'must be greater than or equal to zero'));
  if (seconds !== undefined && seconds > maxWindowSeconds)
    errors.push(invalidValue(here, seconds, `must be less than or equal to ${maxWindowSeconds}`));
  errors.push(...oneOf(selectPolicy, `${path}.selectPolicy`, ['Disabled', 'Max', 'Min']));
  if (policies.length === 0) errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  return [
    ...errors,
    ...each(policies, `${path}.policies`, validatePolicy),
    ...(tolerance === undefined ? [] : quantity(tolerance, `${path}.tolerance`)),
  ];
}

function validatePolicy({ type, value, periodSeconds }: HPAScalingPolicy, path: string): Errors {
  const errors: Errors = [];
  if (type !== 'Pods' && type !== 'Percent') errors.push(notSupported(`${path}.type`, type, ['Percent', 'Pods']));
  if (value <= 0) errors.push(invalidValue(`${path}.value`, value, 'must be greater than zero'));
  if (periodSeconds <= 0)
    errors.push(invalidValue(`${path}.periodSeconds`, periodSeconds, 'must be greater than zero'));
  if (periodSeconds > maxPeriodSeconds)
    errors.push(
      invalidValue(`${path}.periodSeconds`, periodSeconds, `must be less than or equal to ${maxPeriodSeconds}`),
    );
  return errors;
}

export function validateHorizontalPodAutoscalerStatus({ status }: HorizontalPodAutoscaler): Errors {
  return [
    ...notNegative(status?.currentReplicas, 'status.currentReplicas'),
    ...notNegative(status?.desiredReplicas, 'status.desiredReplicas'),
  ];
}
