import { kind } from '../kind.ts';
import type { StorageClass } from '../schema/generated/types/storage-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const storageClass = kind<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.storage.v1.StorageClass'),
});
