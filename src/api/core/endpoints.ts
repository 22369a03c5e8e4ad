import { kind } from '../kind.ts';
import type { Endpoints } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const endpoints = kind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  shortNames: ['ep'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.Endpoints'),
});
