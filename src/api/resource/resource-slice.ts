import { kind } from '../kind.ts';
import type { ResourceSlice } from '../schema/generated/types/resource-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const resourceSlice = kind<ResourceSlice>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.resource.v1.ResourceSlice'),
  generation: true,
});
