import { kind } from '../kind.ts';
import type { Namespace } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';

export const namespace = kind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.core.v1.Namespace'),
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: { finalize: { verbs: ['update'] }, status: statusSubresource },
});
