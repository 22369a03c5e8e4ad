import { kind } from '../kind.ts';
import type { Secret } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const secret = kind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.Secret'),
});
