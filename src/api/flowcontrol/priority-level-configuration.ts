import { kind } from '../kind.ts';
import type { PriorityLevelConfiguration } from '../schema/generated/types/flowcontrol-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';

export const priorityLevelConfiguration = kind<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration'),
  generation: true,
  subresources: { status: statusSubresource },
});
