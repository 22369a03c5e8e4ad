import { ageColumn, column, countColumn, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { PodDisruptionBudget } from '../schema/generated/types/policy-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import { validatePodDisruptionBudget } from '../validation/policy/pod-disruption-budget.ts';
import { validateDisruptionBudgetStatus } from '../validation/status.ts';

export const podDisruptionBudget = kind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.policy.v1.PodDisruptionBudget'),
  conditionalUpdate: true,
  generation: true,
  subresources: { status: { ...statusSubresource, validateUpdate: validateDisruptionBudgetStatus } },
  columns: [
    nameColumn,
    column('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A'), {
      description: 'Pods that must stay available.',
    }),
    column('Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A'), {
      description: 'Pods that may be unavailable.',
    }),
    countColumn('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed, {
      description: 'Pods that may be disrupted now.',
    }),
    ageColumn,
  ],
  validate: validatePodDisruptionBudget,
});
