import { kind } from '../kind.ts';
import type { Binding } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const binding = kind<Binding>({
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.Binding'),
  verbs: ['create'],
  review: true,
});
