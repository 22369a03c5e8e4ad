import { kind } from '../kind.ts';
import type { PersistentVolume } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';

export const persistentVolume = kind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.core.v1.PersistentVolume'),
  subresources: { status: statusSubresource },
});
