import { kind } from '../kind.ts';
import type { HorizontalPodAutoscaler } from '../schema/generated/types/autoscaling-v2.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';

export const horizontalPodAutoscaler = kind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler'),
  subresources: { status: statusSubresource },
});
