import { kind } from '../kind.ts';
import type { ComponentStatus } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const componentStatus = kind<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.core.v1.ComponentStatus'),
  verbs: ['get', 'list'],
  review: true,
});
