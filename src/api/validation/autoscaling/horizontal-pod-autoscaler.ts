import type { HorizontalPodAutoscaler, MetricSpec, MetricTarget } from '../../schema/generated/types/autoscaling-v2.ts';
import { type Errors, each, positive, requiredFormat, requiredText } from '../common.ts';
import { forbidden, invalidValue, notSupported, required } from '../field-error.ts';
import { isPathSegmentName } from '../format.ts';

const sources: Readonly<Record<string, 'containerResource' | 'external' | 'object' | 'pods' | 'resource'>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

/** An autoscaler in its v2 form. */
export function validateHorizontalPodAutoscaler({ spec }: HorizontalPodAutoscaler): Errors {
  if (!spec) return [required('spec.scaleTargetRef.kind'), required('spec.scaleTargetRef.name')];
  const { minReplicas, maxReplicas, scaleTargetRef } = spec;
  const errors: Errors = [];
  if (minReplicas !== undefined && minReplicas < 1)
    errors.push(invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  if (maxReplicas < 1) errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  return [
    ...errors,
    ...requiredFormat(scaleTargetRef.kind, 'spec.scaleTargetRef.kind', isPathSegmentName),
    ...requiredFormat(scaleTargetRef.name, 'spec.scaleTargetRef.name', isPathSegmentName),
    ...each(spec.metrics, 'spec.metrics', validateMetric),
  ];
}

function validateMetric(metric: MetricSpec, path: string): Errors {
  const { type } = metric;
  if (!type) return [required(`${path}.type`, 'must specify a metric source type')];
  const wanted = sources[type];
  if (!wanted) return [notSupported(`${path}.type`, type, Object.keys(sources))];
  const errors: Errors = [];
  for (const name of Object.values(sources))
    if (name !== wanted && metric[name])
      errors.push(forbidden(`${path}.${name}`, 'must populate the given metric source only'));
  const source = metric[wanted];
  if (!source)
    return [...errors, required(`${path}.${wanted}`, 'must populate information for the given metric source')];
  if ('name' in source)
    errors.push(...requiredText(source.name, `${path}.${wanted}.name`, 'must specify a resource name'));
  if ('metric' in source)
    errors.push(...requiredText(source.metric.name, `${path}.${wanted}.metric.name`, 'must specify a metric name'));
  return [...errors, ...validateTarget(source.target, `${path}.${wanted}.target`)];
}

function validateTarget({ type, averageUtilization }: MetricTarget, path: string): Errors {
  if (!type) return [required(`${path}.type`, 'must specify a metric target type')];
  const types = ['AverageValue', 'Utilization', 'Value'];
  if (!types.includes(type))
    return [invalidValue(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue')];
  return positive(averageUtilization, `${path}.averageUtilization`);
}
