import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { PriorityLevelConfiguration } from '../schema/generated/types/flowcontrol-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import { validatePriorityLevel } from '../validation/flowcontrol/flow-control.ts';
import { defaultPriorityLevelConfiguration } from './defaults.ts';

export const priorityLevelConfiguration = kind<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration'),
  generation: true,
  subresources: { status: statusSubresource },
  columns: [
    nameColumn,
    column('Type', ({ spec }) => spec?.type ?? '', { description: 'Limited or Exempt.' }),
    column('NominalConcurrencyShares', ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? '<none>', {
      description: 'Share of the concurrency.',
    }),
    column('Queues', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queues ?? '<none>', {
      description: 'Number of queues.',
    }),
    column('HandSize', ({ spec }) => spec?.limited?.limitResponse?.queuing?.handSize ?? '<none>', {
      description: 'Queues that a flow is dealt.',
    }),
    column('QueueLengthLimit', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queueLengthLimit ?? '<none>', {
      description: 'Most requests in a queue.',
    }),
    ageColumn,
  ],
  defaults: defaultPriorityLevelConfiguration,
  validate: validatePriorityLevel,
});
