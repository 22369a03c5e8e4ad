import { ageColumn, countColumn, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { ConfigMap } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateConfigMap, validateConfigMapUpdate } from '../validation/core/config-map.ts';

export const configMap = kind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.ConfigMap'),
  columns: [
    nameColumn,
    countColumn(
      'Data',
      ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
      { description: 'Number of entries.' },
    ),
    ageColumn,
  ],
  validate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
});
