import { kind } from '../kind.ts';
import type { PersistentVolumeClaim } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';

export const persistentVolumeClaim = kind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.PersistentVolumeClaim'),
  subresources: { status: statusSubresource },
});
