import { ageColumn, column, countColumn, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { Secret } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { selectable } from '../selectable.ts';
import { validateSecret, validateSecretUpdate } from '../validation/core/secret.ts';
import { defaultSecret } from './secret-defaults.ts';

export const secret = kind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.Secret'),
  columns: [
    nameColumn,
    column('Type', ({ type }) => type ?? '', { description: 'What the data means.' }),
    countColumn('Data', ({ data }) => Object.keys(data ?? {}).length, { description: 'Number of entries.' }),
    ageColumn,
  ],
  selectableFields: {
    type: selectable(({ type }) => type),
  },
  defaults: defaultSecret,
  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
});
