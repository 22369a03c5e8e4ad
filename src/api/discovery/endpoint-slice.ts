import { kind } from '../kind.ts';
import type { EndpointSlice } from '../schema/generated/types/discovery-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const endpointSlice = kind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.discovery.v1.EndpointSlice'),
  generation: true,
});
