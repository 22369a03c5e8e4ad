import { checkBody } from '../schema/decode.ts';
import { DecodeError } from '../schema/decode-errors.ts';
import type {
  HorizontalPodAutoscaler as V1,
  HorizontalPodAutoscalerStatus as V1Status,
} from '../schema/generated/types/autoscaling-v1.ts';
import type {
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerCondition,
  MetricSpec,
  HorizontalPodAutoscaler as V2,
  HorizontalPodAutoscalerStatus as V2Status,
} from '../schema/generated/types/autoscaling-v2.ts';
import { schemaOf } from '../schema/lookup.ts';
import { flattenSpec, flattenStatus, unflattenSpec, unflattenStatus } from './v1-metrics.ts';

/** Where upstream keeps, in v1 objects, what only v2 has fields for. */
const annotationPrefix = 'autoscaling.alpha.kubernetes.io/';
const metricsAnnotation = `${annotationPrefix}metrics`;
const currentMetricsAnnotation = `${annotationPrefix}current-metrics`;
const conditionsAnnotation = `${annotationPrefix}conditions`;
const behaviorAnnotation = `${annotationPrefix}behavior`;
/** What a v1 object says of spec and status in annotations. */
export const specAnnotations = [metricsAnnotation, behaviorAnnotation];
export const statusAnnotations = [currentMetricsAnnotation, conditionsAnnotation];
const ownAnnotations = [...specAnnotations, ...statusAnnotations];

/** autoscaling/v1 as v2. Annotations that cannot be read as what they stand for are dropped, as upstream drops them. */
export function toV2(object: V1): V2 {
  const { annotations, ...metadata } = object.metadata;
  const rest = Object.entries(annotations ?? {}).filter(([key]) => !ownAnnotations.includes(key));
  const { targetCPUUtilizationPercentage: utilization, ...spec } = object.spec ?? {};
  const metrics = [
    ...(utilization === undefined ? [] : [cpuMetric(utilization)]),
    ...(readList(annotations?.[metricsAnnotation], metricSpecs) ?? []),
  ];
  const behavior = readValue(parse(annotations?.[behaviorAnnotation]), behaviors);
  return {
    apiVersion: 'autoscaling/v2',
    kind: object.kind,
    metadata: { ...metadata, ...(rest.length > 0 && { annotations: Object.fromEntries(rest) }) },
    spec: {
      ...spec,
      ...(metrics.length > 0 && { metrics }),
      ...(behavior && { behavior }),
    },
    ...(object.status && { status: toV2Status(object.status, annotations ?? {}) }),
  };
}

function toV2Status(
  { currentCPUUtilizationPercentage: utilization, ...status }: V1Status,
  annotations: Readonly<Record<string, string>>,
): V2Status {
  const current = readList(annotations[currentMetricsAnnotation], metricStatuses);
  const conditions = readList(annotations[conditionsAnnotation], statusConditions);
  const cpu = utilization === undefined ? undefined : [cpuStatus(utilization)];
  const currentMetrics = current ?? cpu;
  return { ...status, ...(currentMetrics && { currentMetrics }), ...(conditions && { conditions }) };
}

/** autoscaling/v2 as v1: the first CPU utilization has a field, all else goes to annotations. */
export function fromV2(object: V2): V1 {
  const { metrics = [], behavior, ...spec } = object.spec ?? {};
  const { currentMetrics = [], conditions = [], ...status } = object.status ?? {};
  const cpu = metrics.find((metric) => cpuUtilization(metric) !== undefined);
  const others = metrics.filter((metric) => cpuUtilization(metric) === undefined);
  const added = {
    ...(others.length > 0 && { [metricsAnnotation]: JSON.stringify(others.map(flattenSpec)) }),
    ...(currentMetrics.length > 0 && { [currentMetricsAnnotation]: JSON.stringify(currentMetrics.map(flattenStatus)) }),
    ...(conditions.length > 0 && { [conditionsAnnotation]: JSON.stringify(conditions) }),
    ...(behavior && { [behaviorAnnotation]: JSON.stringify(withCapitals(behavior)) }),
  };
  const utilization = cpu && cpuUtilization(cpu);
  const current = currentMetrics.find(({ resource }) => resource?.name === 'cpu')?.resource?.current.averageUtilization;
  return {
    apiVersion: 'autoscaling/v1',
    kind: object.kind,
    metadata: {
      ...object.metadata,
      ...(Object.keys(added).length > 0 && { annotations: { ...object.metadata.annotations, ...added } }),
    },
    spec: { ...spec, ...(utilization !== undefined && { targetCPUUtilizationPercentage: utilization }) },
    ...(object.status && {
      status: {
        ...status,
        currentReplicas: object.status.currentReplicas ?? 0,
        desiredReplicas: object.status.desiredReplicas,
        ...(current !== undefined && { currentCPUUtilizationPercentage: current }),
      },
    }),
  };
}

function cpuMetric(averageUtilization: number): MetricSpec {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}

function cpuStatus(averageUtilization: number) {
  return { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization } } };
}

function cpuUtilization({ type, resource }: MetricSpec): number | undefined {
  return type === 'Resource' && resource?.name === 'cpu' ? resource.target?.averageUtilization : undefined;
}

const metricSpecs = { definition: 'io.k8s.api.autoscaling.v2.MetricSpec', convert: unflattenSpec };
const metricStatuses = { definition: 'io.k8s.api.autoscaling.v2.MetricStatus', convert: unflattenStatus };
const statusConditions = {
  definition: 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition',
  convert: (condition: HorizontalPodAutoscalerCondition) => condition,
};
const behaviors = {
  definition: 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior',
  convert: withSmallLetters as (value: HorizontalPodAutoscalerBehavior) => HorizontalPodAutoscalerBehavior,
};

interface Form<From, To> {
  readonly definition: string;
  convert(value: From): To;
}

function readList<From, To>(text: string | undefined, form: Form<From, To>): readonly To[] | undefined {
  const list = parse(text);
  if (!Array.isArray(list)) return undefined;
  const items = list.map((item) => readValue(item, form));
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** What somebody wrote into an annotation, in the shape of its type; undefined where it is something else. */
function readValue<From, To>(value: unknown, { definition, convert }: Form<From, To>): To | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const converted = convert(value as From);
  try {
    checkBody(schemaOf(definition), converted);
    return converted;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Upstream writes the behavior without JSON names, so its fields begin with capitals; it reads both. */
function withCapitals(value: unknown): unknown {
  return withNames(value, (name) => name.charAt(0).toUpperCase() + name.slice(1));
}

function withSmallLetters(value: unknown): unknown {
  return withNames(value, (name) => name.charAt(0).toLowerCase() + name.slice(1));
}

function withNames(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => withNames(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([name, item]) => [rename(name), withNames(item, rename)]));
}
