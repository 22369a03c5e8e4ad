import type {
  CrossVersionObjectReference,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../schema/generated/types/autoscaling-v2.ts';
import type { LabelSelector } from '../schema/generated/types/meta-v1.ts';

/**
 * Metrics as the annotations of autoscaling/v1 spell them: one flat object per source, with the prefix `target` in a
 * specification and `current` in a status.
 */
export interface FlatMetric {
  readonly type: string;
  readonly containerResource?: FlatSource;
  readonly external?: FlatSource;
  readonly object?: FlatSource;
  readonly pods?: FlatSource;
  readonly resource?: FlatSource;
}

export interface FlatSource {
  readonly name?: string;
  readonly container?: string;
  readonly target?: CrossVersionObjectReference;
  readonly metricName?: string;
  readonly metricSelector?: LabelSelector;
  readonly selector?: LabelSelector;
  /** Of `object`, without a prefix in either direction. */
  readonly averageValue?: string;
  readonly targetAverageUtilization?: number;
  readonly targetAverageValue?: string;
  readonly targetValue?: string;
  readonly currentAverageUtilization?: number;
  readonly currentAverageValue?: string;
  readonly currentValue?: string;
}

type Prefix = 'target' | 'current';
type Values = MetricValueStatus;
type Source = {
  readonly name?: string;
  readonly container?: string;
  readonly describedObject?: CrossVersionObjectReference;
  readonly metric?: { readonly name: string; readonly selector?: LabelSelector };
};
type SourceName = keyof Omit<FlatMetric, 'type'>;

const sourceNames: readonly SourceName[] = ['containerResource', 'external', 'object', 'pods', 'resource'];

export function flattenSpec(metric: MetricSpec): FlatMetric {
  return mapSources(metric, (name) => metric[name] && flatten(name, metric[name], metric[name].target, 'target'));
}

export function flattenStatus(metric: MetricStatus): FlatMetric {
  return mapSources(metric, (name) => metric[name] && flatten(name, metric[name], metric[name].current, 'current'));
}

export function unflattenSpec(metric: FlatMetric): MetricSpec {
  return mapSources(metric, (name) => {
    const source = metric[name];
    if (!source) return undefined;
    const values = valuesOf(name, source, 'target');
    return { ...identityOf(name, source), target: { type: targetType(values), ...values } satisfies MetricTarget };
  }) as MetricSpec;
}

export function unflattenStatus(metric: FlatMetric): MetricStatus {
  return mapSources(metric, (name) => {
    const source = metric[name];
    return source && { ...identityOf(name, source), current: valuesOf(name, source, 'current') };
  }) as MetricStatus;
}

/** Kubernetes 1.36's autoscaling/v1 knows three ways to state a target; utilization wins over the average, as upstream. */
function targetType({ averageUtilization, averageValue }: Values): string {
  if (averageUtilization !== undefined) return 'Utilization';
  return averageValue !== undefined ? 'AverageValue' : 'Value';
}

function mapSources<T>(
  { type }: { readonly type: string },
  convert: (name: SourceName) => T | undefined,
): { readonly type: string } & Partial<Record<SourceName, T>> {
  const sources = sourceNames.flatMap((name) => {
    const source = convert(name);
    return source === undefined ? [] : [[name, source] as const];
  });
  return { type, ...(Object.fromEntries(sources) as Partial<Record<SourceName, T>>) };
}

function flatten(sourceName: SourceName, source: Source, values: Values, prefix: Prefix): FlatSource {
  const { name, container, describedObject, metric } = source;
  const { averageUtilization, averageValue, value } = values;
  const selectorField = sourceName === 'external' ? 'metricSelector' : 'selector';
  const averageField = sourceName === 'object' ? 'averageValue' : (`${prefix}AverageValue` as const);
  return {
    ...(name !== undefined && { name }),
    ...(container !== undefined && { container }),
    ...(describedObject && { target: describedObject }),
    ...(metric && { metricName: metric.name, ...(metric.selector && { [selectorField]: metric.selector }) }),
    ...(averageUtilization !== undefined && { [`${prefix}AverageUtilization`]: averageUtilization }),
    ...(averageValue !== undefined && { [averageField]: averageValue }),
    ...(value !== undefined && { [`${prefix}Value`]: value }),
  };
}

function identityOf(sourceName: SourceName, source: FlatSource): Source {
  const { name, container, target, metricName, metricSelector, selector } = source;
  const metricLabels = sourceName === 'external' ? metricSelector : selector;
  return {
    ...(name !== undefined && { name }),
    ...(container !== undefined && { container }),
    ...(target && { describedObject: target }),
    ...(metricName !== undefined && { metric: { name: metricName, ...(metricLabels && { selector: metricLabels }) } }),
  };
}

function valuesOf(sourceName: SourceName, source: FlatSource, prefix: Prefix): Values {
  const averageUtilization = source[`${prefix}AverageUtilization`];
  const averageValue = sourceName === 'object' ? source.averageValue : source[`${prefix}AverageValue`];
  const value = source[`${prefix}Value`];
  return {
    ...(averageUtilization !== undefined && { averageUtilization }),
    ...(averageValue !== undefined && { averageValue }),
    // A zero stands where the average is meant: v1 cannot leave the value out.
    ...(value !== undefined && !(averageValue !== undefined && value === '0') && { value }),
  };
}
