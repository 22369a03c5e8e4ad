import { parseQuantity } from '../../quantity/quantity.ts';
import type { MetricIdentifier, MetricSpec, MetricTarget } from '../../schema/generated/types/autoscaling-v2.ts';
import { type Errors, quantity, requiredText } from '../common.ts';
import { forbidden, invalidFormat, invalidValue, notSupported, required } from '../field-error.ts';
import { isPathSegmentName } from '../format.ts';
import { objectReference } from './object-reference.ts';

const sources = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;
type Source = (typeof sources)[keyof typeof sources];

/** What an autoscaler looks at: a type, and the source of that type and no other. */
export function validateMetric(metric: MetricSpec, path: string): Errors {
  const { type } = metric;
  if (!type) return [required(`${path}.type`, 'must specify a metric source type')];
  if (!isSourceType(type)) return [notSupported(`${path}.type`, type, Object.keys(sources).sort())];
  const wanted = sources[type];
  const present = Object.values(sources).filter((name) => metric[name] !== undefined);
  const [first] = present;
  const errors: Errors = first ? validateSource(metric, first, `${path}.${first}`) : [];
  if (!metric[wanted])
    errors.push(required(`${path}.${wanted}`, 'must populate information for the given metric source'));
  for (const name of present)
    if (name !== wanted) errors.push(forbidden(`${path}.${name}`, 'must populate the given metric source only'));
  return errors;
}

function isSourceType(type: string): type is keyof typeof sources {
  return Object.hasOwn(sources, type);
}

function validateSource(metric: MetricSpec, source: Source, path: string): Errors {
  const target = metric[source]?.target;
  const errors = sourceChecks[source](metric, path);
  return target
    ? [...errors, ...validateTarget(target, `${path}.target`), ...wantedValue(target, source, path)]
    : errors;
}

const sourceChecks: Readonly<Record<Source, (metric: MetricSpec, path: string) => Errors>> = {
  object: ({ object }, path) => [
    ...objectReference(object?.describedObject, `${path}.describedObject`),
    ...identifier(object?.metric, `${path}.metric`),
  ],
  external: ({ external }, path) => identifier(external?.metric, `${path}.metric`),
  pods: ({ pods }, path) => identifier(pods?.metric, `${path}.metric`),
  resource: ({ resource }, path) => requiredText(resource?.name, `${path}.name`, 'must specify a resource name'),
  containerResource: ({ containerResource }, path) => [
    ...requiredText(containerResource?.name, `${path}.name`, 'must specify a resource name'),
    ...requiredText(containerResource?.container, `${path}.container`, 'must specify a container'),
  ],
};

function identifier(metric: MetricIdentifier | undefined, path: string): Errors {
  const here = `${path}.name`;
  if (!metric?.name) return [required(here, 'must specify a metric name')];
  return invalidFormat(here, metric.name, isPathSegmentName(metric.name));
}

/** Which of a target's values a source wants. */
function wantedValue({ value, averageValue, averageUtilization }: MetricTarget, source: Source, path: string): Errors {
  const here = `${path}.target`;
  switch (source) {
    case 'object':
      return value === undefined && averageValue === undefined
        ? [required(`${here}.averageValue`, 'must set either a target value or averageValue')]
        : [];
    case 'external':
      if (value === undefined && averageValue === undefined)
        return [required(`${here}.averageValue`, 'must set either a target value for metric or a per-pod target')];
      return value !== undefined && averageValue !== undefined
        ? [forbidden(`${here}.value`, 'may not set both a target value for metric and a per-pod target')]
        : [];
    case 'pods':
      return isPositive(averageValue)
        ? []
        : [required(`${here}.averageValue`, 'must specify a positive target averageValue')];
    default:
      if (averageUtilization === undefined && averageValue === undefined)
        return [required(`${here}.averageUtilization`, 'must set either a target raw value or a target utilization')];
      return averageUtilization !== undefined && averageValue !== undefined
        ? [forbidden(`${here}.averageValue`, 'may not set both a target raw value and a target utilization')]
        : [];
  }
}

function isPositive(value: string | number | undefined): boolean {
  return value !== undefined && quantity(value, '').length === 0 && parseQuantity(value).nano > 0n;
}

function validateTarget({ type, value, averageValue, averageUtilization }: MetricTarget, path: string): Errors {
  const errors: Errors = [];
  if (!type) errors.push(required(`${path}.type`, 'must specify a metric target type'));
  if (!['AverageValue', 'Utilization', 'Value'].includes(type))
    errors.push(invalidValue(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  for (const [name, amount] of Object.entries({ value, averageValue }))
    if (amount !== undefined && !isPositive(amount))
      errors.push(invalidValue(`${path}.${name}`, amount, 'must be positive'));
  if (averageUtilization !== undefined && averageUtilization < 1)
    errors.push(invalidValue(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0'));
  return errors;
}
