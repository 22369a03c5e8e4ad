import { fill } from '../fill.ts';
import { kind } from '../kind.ts';
import type { Draft, KubeObject } from '../object.ts';
import type { HorizontalPodAutoscaler } from '../schema/generated/types/autoscaling-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import {
  validateHorizontalPodAutoscaler,
  validateHorizontalPodAutoscalerStatus,
} from '../validation/autoscaling/horizontal-pod-autoscaler.ts';
import { defaultHorizontalPodAutoscaler } from './defaults.ts';
import { type HorizontalPodAutoscalerV2, horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { fromV2, specAnnotations, statusAnnotations, toV2 } from './v1-conversion.ts';

export const horizontalPodAutoscalerV1 = kind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler'),
  storedAs: {
    kind: () => horizontalPodAutoscaler,
    ownRules: true,
    toStored: toV2,
    fromStored: (stored) => fromV2(stored as HorizontalPodAutoscalerV2),
  },
  subresources: {
    status: {
      ...statusSubresource,
      prepareUpdate: (object, old) => keepAnnotations(object, old, specAnnotations),
      validateUpdate: (object) => validateHorizontalPodAutoscalerStatus(toV2(object)),
    },
  },
  columns: horizontalPodAutoscaler.columns.map((column) => ({
    ...column,
    cell: (object, nowMs) => column.cell(toV2(object), nowMs),
  })),
  defaults: ({ spec }) => {
    if (spec) fill(spec, { minReplicas: 1 });
  },
  prepareUpdate: (object, old) => keepAnnotations(object, old, statusAnnotations),
  validate: (object) => {
    const stored = toV2(object) as Draft<HorizontalPodAutoscalerV2>;
    defaultHorizontalPodAutoscaler(stored);
    return validateHorizontalPodAutoscaler(stored as HorizontalPodAutoscalerV2);
  },
});

/** What stands in annotations belongs to spec or status, and is not changed by who writes the other. */
function keepAnnotations({ metadata }: Draft<KubeObject>, old: KubeObject, keys: readonly string[]): void {
  const kept = Object.entries(old.metadata.annotations ?? {}).filter(([key]) => keys.includes(key));
  const others = Object.entries(metadata.annotations ?? {}).filter(([key]) => !keys.includes(key));
  if (kept.length + others.length > 0) metadata.annotations = Object.fromEntries([...others, ...kept]);
  else delete metadata.annotations;
}
