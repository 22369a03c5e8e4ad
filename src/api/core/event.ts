import { kind } from '../kind.ts';
import type { Event } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const event = kind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.Event'),
  durability: 'lazy',
});
