import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { ResourceSlice } from '../schema/generated/types/resource-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { selectable } from '../selectable.ts';
import { validateResourceSlice, validateResourceSliceUpdate } from '../validation/resource/resource-slice.ts';

export const resourceSlice = kind<ResourceSlice>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.resource.v1.ResourceSlice'),
  generation: true,
  validate: validateResourceSlice,
  validateUpdate: validateResourceSliceUpdate,
  columns: [
    nameColumn,
    column('Node', ({ spec }) => spec?.nodeName ?? '', { description: 'The node that has the devices.' }),
    column('Driver', ({ spec }) => spec?.driver ?? '', { description: 'The driver of the devices.' }),
    column('Pool', ({ spec }) => spec?.pool?.name ?? '', { description: 'The pool that the slice belongs to.' }),
    ageColumn,
  ],
  selectableFields: {
    'spec.nodeName': selectable(({ spec }) => spec?.nodeName),
    'spec.driver': selectable(({ spec }) => spec?.driver),
  },
});
