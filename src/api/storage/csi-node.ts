import { ageColumn, countColumn, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { CSINode } from '../schema/generated/types/storage-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateCsiNode, validateCsiNodeUpdate } from '../validation/storage/csi.ts';

export const csiNode = kind<CSINode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.storage.v1.CSINode'),
  conditionalUpdate: true,
  columns: [
    nameColumn,
    countColumn('Drivers', ({ spec }) => spec?.drivers?.length, { description: 'Number of drivers on the node.' }),
    ageColumn,
  ],
  validate: validateCsiNode,
  validateUpdate: validateCsiNodeUpdate,
});
