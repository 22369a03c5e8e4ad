import { ageColumn, column } from '../columns.ts';
import { fill } from '../fill.ts';
import { kind } from '../kind.ts';
import type { StorageClass } from '../schema/generated/types/storage-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateStorageClass, validateStorageClassUpdate } from '../validation/storage/storage-class.ts';
import { storageClassWarnings } from '../validation/warnings/storage.ts';
import { defaultableName } from './default-class.ts';

export const storageClass = kind<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.storage.v1.StorageClass'),
  columns: [
    defaultableName,
    column('Provisioner', ({ provisioner }) => provisioner ?? '', { description: 'Who makes the volumes.' }),
    column('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete', {
      description: 'What becomes of volumes when their claim is gone.',
    }),
    column('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate', {
      description: 'When volumes are made and bound.',
    }),
    column('AllowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false, {
      description: 'Whether volumes can grow.',
    }),
    ageColumn,
  ],
  defaults: (storage) => fill(storage, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validate: validateStorageClass,
  validateUpdate: validateStorageClassUpdate,
  warnings: storageClassWarnings,
});
