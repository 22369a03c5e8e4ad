import { kind } from '../kind.ts';
import type { ReplicationController } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { scaleSubresource, statusSubresource } from '../subresources.ts';

export const replicationController = kind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.ReplicationController'),
  generation: true,
  subresources: { scale: scaleSubresource, status: statusSubresource },
});
