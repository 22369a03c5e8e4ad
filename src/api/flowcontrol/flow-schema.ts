import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { FlowSchema } from '../schema/generated/types/flowcontrol-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import { validateFlowSchema } from '../validation/flowcontrol/flow-control.ts';
import { defaultFlowSchema } from './defaults.ts';

export const flowSchema = kind<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.flowcontrol.v1.FlowSchema'),
  generation: true,
  subresources: { status: statusSubresource },
  columns: [
    nameColumn,
    column('PriorityLevel', ({ spec }) => spec?.priorityLevelConfiguration?.name ?? '', {
      description: 'The level that requests get.',
    }),
    column('MatchingPrecedence', ({ spec }) => spec?.matchingPrecedence ?? 0, {
      description: 'The lower, the earlier it is tried.',
    }),
    column('DistinguisherMethod', ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>', {
      description: 'What makes requests one flow.',
    }),
    ageColumn,
    column('MissingPL', ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?', {
      description: 'Whether the level does not exist.',
    }),
  ],
  defaults: defaultFlowSchema,
  validate: validateFlowSchema,
});
