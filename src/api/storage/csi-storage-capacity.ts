import { column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { CSIStorageCapacity } from '../schema/generated/types/storage-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateCsiStorageCapacity, validateCsiStorageCapacityUpdate } from '../validation/storage/csi.ts';

export const csiStorageCapacity = kind<CSIStorageCapacity>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.storage.v1.CSIStorageCapacity'),
  conditionalUpdate: true,
  columns: [
    nameColumn,
    column('StorageClassName', ({ storageClassName }) => storageClassName ?? '', {
      description: 'The class that the capacity is of.',
    }),
    column('Capacity', ({ capacity }) => capacity ?? '<unset>', { description: 'What is free.' }),
  ],
  validate: validateCsiStorageCapacity,
  validateUpdate: validateCsiStorageCapacityUpdate,
});
