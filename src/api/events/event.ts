import { kind } from '../kind.ts';
import type { Event } from '../schema/generated/types/events-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const eventsEvent = kind<Event>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.events.v1.Event'),
  durability: 'lazy',
});
