import { kind } from '../kind.ts';
import type { ReplicaSet } from '../schema/generated/types/apps-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { scaleSubresource, statusSubresource } from '../subresources.ts';

export const replicaSet = kind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.apps.v1.ReplicaSet'),
  generation: true,
  subresources: { scale: scaleSubresource, status: statusSubresource },
});
