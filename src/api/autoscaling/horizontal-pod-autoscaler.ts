import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { HorizontalPodAutoscaler } from '../schema/generated/types/autoscaling-v2.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import {
  validateHorizontalPodAutoscaler,
  validateHorizontalPodAutoscalerStatus,
} from '../validation/autoscaling/horizontal-pod-autoscaler.ts';
import { defaultHorizontalPodAutoscaler } from './defaults.ts';
import { metricsText } from './metrics-text.ts';

export const horizontalPodAutoscaler = kind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler'),
  subresources: { status: { ...statusSubresource, validateUpdate: validateHorizontalPodAutoscalerStatus } },
  columns: [
    nameColumn,
    column('Reference', ({ spec }) => `${spec?.scaleTargetRef?.kind ?? ''}/${spec?.scaleTargetRef?.name ?? ''}`, {
      description: 'What is scaled.',
    }),
    column('Targets', ({ spec, status }) => metricsText(spec?.metrics ?? [], status?.currentMetrics ?? []), {
      description: 'Metrics: present value and target.',
    }),
    column('MinPods', ({ spec }) => String(spec?.minReplicas ?? '<unset>'), { description: 'Fewest pods.' }),
    column('MaxPods', ({ spec }) => spec?.maxReplicas ?? 0, { description: 'Most pods.' }),
    column('Replicas', ({ status }) => status?.currentReplicas ?? 0, { description: 'Pods there are.' }),
    ageColumn,
  ],
  defaults: defaultHorizontalPodAutoscaler,
  validate: validateHorizontalPodAutoscaler,
});

export type { HorizontalPodAutoscaler as HorizontalPodAutoscalerV2 };
