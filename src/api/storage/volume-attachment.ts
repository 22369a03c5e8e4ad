import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { VolumeAttachment } from '../schema/generated/types/storage-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import {
  validateVolumeAttachment,
  validateVolumeAttachmentStatus,
  validateVolumeAttachmentUpdate,
} from '../validation/storage/volume-attachment.ts';

export const volumeAttachment = kind<VolumeAttachment>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.storage.v1.VolumeAttachment'),
  conditionalUpdate: true,
  subresources: { status: { ...statusSubresource, validateUpdate: validateVolumeAttachmentStatus } },
  columns: [
    nameColumn,
    column('Attacher', ({ spec }) => spec?.attacher ?? '', {
      format: 'name',
      description: 'The driver that attaches.',
    }),
    column('PV', ({ spec }) => spec?.source?.persistentVolumeName ?? '', { description: 'The volume.' }),
    column('Node', ({ spec }) => spec?.nodeName ?? '', { description: 'The node.' }),
    column('Attached', ({ status }) => status?.attached ?? false, {
      type: 'boolean',
      description: 'Whether it is attached.',
    }),
    ageColumn,
  ],
  validate: validateVolumeAttachment,
  validateUpdate: validateVolumeAttachmentUpdate,
});
