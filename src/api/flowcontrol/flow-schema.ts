import { kind } from '../kind.ts';
import type { FlowSchema } from '../schema/generated/types/flowcontrol-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';

export const flowSchema = kind<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.flowcontrol.v1.FlowSchema'),
  generation: true,
  subresources: { status: statusSubresource },
});
