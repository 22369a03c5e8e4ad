import { ageColumn, column, formatAccessModes, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { PersistentVolumeClaim } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import {
  validatePersistentVolumeClaim,
  validatePersistentVolumeClaimStatus,
  validatePersistentVolumeClaimUpdate,
} from '../validation/core/persistent-volume-claim.ts';
import { claimWarnings } from '../validation/warnings/storage.ts';
import { defaultPersistentVolumeClaim, normalizeDataSources } from './persistent-volume-defaults.ts';
import { storageClassAnnotation } from './storage-class-annotation.ts';

export const persistentVolumeClaim = kind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.PersistentVolumeClaim'),
  subresources: { status: { ...statusSubresource, validateUpdate: validatePersistentVolumeClaimStatus } },
  columns: [
    nameColumn,
    column('Status', ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')), {
      description: 'Whether a volume is bound.',
    }),
    column('Volume', ({ spec }) => spec?.volumeName ?? '', { description: 'The volume that is bound.' }),
    column('Capacity', ({ spec, status }) => (spec?.volumeName ? (status?.capacity?.['storage'] ?? '0') : ''), {
      description: 'Size of the volume.',
    }),
    column('Access Modes', ({ spec, status }) => (spec?.volumeName ? formatAccessModes(status?.accessModes) : ''), {
      description: 'How many nodes may mount the volume, and how.',
    }),
    column(
      'StorageClass',
      ({ metadata, spec }) => metadata.annotations?.[storageClassAnnotation] ?? spec?.storageClassName ?? '',
      { description: 'Class of the claim.' },
    ),
    column('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>', {
      description: 'Class of changeable attributes.',
    }),
    ageColumn,
    column('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>', {
      wide: true,
      description: 'Filesystem or Block.',
    }),
  ],
  defaults: defaultPersistentVolumeClaim,
  prepareCreate: (claim) => {
    claim.status = { phase: 'Pending' };
    normalizeDataSources(claim.spec);
  },
  prepareUpdate: ({ spec }) => normalizeDataSources(spec),
  validate: validatePersistentVolumeClaim,
  validateUpdate: validatePersistentVolumeClaimUpdate,
  warnings: claimWarnings,
});
