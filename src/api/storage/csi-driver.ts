import { ageColumn, column, nameColumn } from '../columns.ts';
import { fill } from '../fill.ts';
import { kind } from '../kind.ts';
import type { CSIDriver } from '../schema/generated/types/storage-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateCsiDriver, validateCsiDriverUpdate } from '../validation/storage/csi.ts';

export const csiDriver = kind<CSIDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.storage.v1.CSIDriver'),
  conditionalUpdate: true,
  generation: true,
  columns: [
    nameColumn,
    column('AttachRequired', ({ spec }) => spec?.attachRequired ?? true, {
      type: 'boolean',
      description: 'Whether volumes are attached before they are mounted.',
    }),
    column('PodInfoOnMount', ({ spec }) => spec?.podInfoOnMount ?? false, {
      type: 'boolean',
      description: 'Whether the driver is told of the pod.',
    }),
    column('StorageCapacity', ({ spec }) => spec?.storageCapacity ?? false, {
      type: 'boolean',
      description: 'Whether the scheduler looks at capacity.',
    }),
    column('TokenRequests', ({ spec }) => spec?.tokenRequests?.map(({ audience }) => audience).join(',') ?? '<unset>', {
      description: 'Audiences of the tokens that the driver gets.',
    }),
    column('RequiresRepublish', ({ spec }) => spec?.requiresRepublish ?? false, {
      type: 'boolean',
      description: 'Whether mounts are refreshed.',
    }),
    column('Modes', ({ spec }) => spec?.volumeLifecycleModes?.join(',') || '<none>', {
      description: 'Kinds of volumes.',
    }),
    ageColumn,
  ],
  defaults: ({ spec }) => {
    if (!spec) return;
    fill(spec, {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      requiresRepublish: false,
      seLinuxMount: false,
    });
    if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
  },
  validate: validateCsiDriver,
  validateUpdate: validateCsiDriverUpdate,
});
