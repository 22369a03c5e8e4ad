import { kind } from '../kind.ts';
import type { PriorityClass } from '../schema/generated/types/scheduling-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const priorityClass = kind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.scheduling.v1.PriorityClass'),
  generation: true,
});
