import { kind } from '../kind.ts';
import type { Node } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { selectable } from '../selectable.ts';
import { proxyVerbs, statusSubresource } from '../subresources.ts';
import { validateNode, validateNodeStatus, validateNodeUpdate } from '../validation/core/node.ts';
import { nodeWarnings } from '../validation/warnings/others.ts';
import { mirrorPodCidrs } from './mirrored-addresses.ts';
import { nodeColumns } from './node-columns.ts';

export const node = kind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.core.v1.Node'),
  subresources: {
    proxy: { verbs: proxyVerbs, kind: { group: '', version: 'v1', kind: 'NodeProxyOptions' } },
    status: { ...statusSubresource, validateUpdate: validateNodeStatus },
  },
  createsWithStatus: true, // as upstream: node agents register with what they have
  columns: nodeColumns,
  selectableFields: {
    'spec.unschedulable': selectable(({ spec }) => spec?.unschedulable ?? false),
  },
  defaults: ({ spec, status }) => {
    mirrorPodCidrs(spec);
    if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
  },
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
  warnings: nodeWarnings,
});
