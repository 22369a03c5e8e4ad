import { ageColumn, column } from '../columns.ts';
import { kind } from '../kind.ts';
import type { VolumeAttributesClass } from '../schema/generated/types/storage-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import {
  validateVolumeAttributesClass,
  validateVolumeAttributesClassUpdate,
} from '../validation/storage/volume-attachment.ts';
import { defaultableName } from './default-class.ts';

export const volumeAttributesClass = kind<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  shortNames: ['vac'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.storage.v1.VolumeAttributesClass'),
  columns: [
    defaultableName,
    column('DriverName', ({ driverName }) => driverName ?? '', { description: 'The driver that changes volumes.' }),
    ageColumn,
  ],
  validate: validateVolumeAttributesClass,
  validateUpdate: validateVolumeAttributesClassUpdate,
});
