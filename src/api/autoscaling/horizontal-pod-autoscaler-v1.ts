import { kind } from '../kind.ts';
import type { HorizontalPodAutoscaler } from '../schema/generated/types/autoscaling-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import { type HorizontalPodAutoscalerV2, horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { fromV2, toV2 } from './v1-conversion.ts';

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
    toStored: toV2,
    fromStored: (stored) => fromV2(stored as HorizontalPodAutoscalerV2),
  },
  subresources: { status: statusSubresource },
  columns: horizontalPodAutoscaler.columns.map((column) => ({
    ...column,
    cell: (object, nowMs) => column.cell(toV2(object), nowMs),
  })),
});
