import { kind } from '../kind.ts';
import type { HorizontalPodAutoscaler } from '../schema/generated/types/autoscaling-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';

export const horizontalPodAutoscalerV1 = kind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler'),
  subresources: { status: statusSubresource },
});
