import { ageColumn, column, formatAccessModes, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { PersistentVolume } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from '../validation/core/persistent-volume.ts';
import { volumeWarnings } from '../validation/warnings/storage.ts';
import { defaultPersistentVolume } from './persistent-volume-defaults.ts';
import { storageClassAnnotation } from './storage-class-annotation.ts';

export const persistentVolume = kind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.core.v1.PersistentVolume'),
  subresources: { status: statusSubresource },
  columns: [
    nameColumn,
    column('Capacity', ({ spec }) => spec?.capacity?.['storage'] ?? '0', { description: 'Size of the volume.' }),
    column('Access Modes', ({ spec }) => formatAccessModes(spec?.accessModes), {
      description: 'How many nodes may mount the volume, and how.',
    }),
    column('Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '', {
      description: 'What becomes of the volume when its claim is gone.',
    }),
    column('Status', ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')), {
      description: 'Whether a claim is bound.',
    }),
    column(
      'Claim',
      ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : ''),
      { description: 'The claim that is bound.' },
    ),
    column(
      'StorageClass',
      ({ metadata, spec }) => metadata.annotations?.[storageClassAnnotation] ?? spec?.storageClassName ?? '',
      { description: 'Class of the volume.' },
    ),
    column('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>', {
      description: 'Class of changeable attributes.',
    }),
    column('Reason', ({ status }) => status?.reason ?? '', { description: 'Why the volume failed.' }),
    ageColumn,
    column('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>', {
      wide: true,
      description: 'Filesystem or Block.',
    }),
  ],
  defaults: defaultPersistentVolume,
  prepareCreate: (volume) => {
    volume.status = { phase: 'Pending' };
  },
  validate: validatePersistentVolume,
  validateUpdate: validatePersistentVolumeUpdate,
  warnings: volumeWarnings,
});
