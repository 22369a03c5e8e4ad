import { nameAndCreation } from '../columns.ts';
import { kind } from '../kind.ts';
import type { LimitRange } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateLimitRange } from '../validation/core/limit-range.ts';
import { defaultLimitRange } from './limit-range-defaults.ts';

export const limitRange = kind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.LimitRange'),
  columns: nameAndCreation,
  createOnUpdate: true,
  defaults: defaultLimitRange,
  validate: validateLimitRange,
});
