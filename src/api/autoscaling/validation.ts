import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  MetricSpec,
} from '../schema/generated/types/autoscaling-v2.ts';
import { type Errors, each, oneOf, positive, requiredFormat } from '../validation/common.ts';
import { invalidValue, required } from '../validation/field-error.ts';
import { isPathSegmentName } from '../validation/format.ts';

export function validateHorizontalPodAutoscaler({ spec }: HorizontalPodAutoscaler): Errors {
  const { minReplicas, maxReplicas = 0, scaleTargetRef, metrics } = spec ?? {};
  const errors = positive(maxReplicas, 'spec.maxReplicas');
  if (minReplicas !== undefined && minReplicas < 1) {
    errors.unshift(invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  }
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  return [...errors, ...validateTarget(scaleTargetRef), ...each(metrics, 'spec.metrics', validateMetric)];
}

function validateTarget(target: CrossVersionObjectReference | undefined): Errors {
  return [
    ...requiredFormat(target?.kind, 'spec.scaleTargetRef.kind', isPathSegmentName),
    ...requiredFormat(target?.name, 'spec.scaleTargetRef.name', isPathSegmentName),
  ];
}

const sources = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
} as const;

function validateMetric(metric: MetricSpec, path: string): Errors {
  if (!metric.type) return [required(`${path}.type`, 'must specify a metric source type')];
  const errors = oneOf(metric.type, `${path}.type`, Object.keys(sources));
  if (errors.length > 0) return errors;
  const source = sources[metric.type as keyof typeof sources];
  if (metric[source]) return [];
  return [required(`${path}.${source}`, 'must populate information for the given metric source')];
}
