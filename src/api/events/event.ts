import { event } from '../core/event.ts';
import { kind } from '../kind.ts';
import type { Event as CoreEvent } from '../schema/generated/types/core-v1.ts';
import type { Event } from '../schema/generated/types/events-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { selectable } from '../selectable.ts';
import { validateNewEvent, validateNewEventUpdate } from '../validation/core/event.ts';
import { fromCoreEvent, toCoreEvent } from './conversion.ts';

export const eventsEvent = kind<Event>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.events.v1.Event'),
  durability: 'lazy',
  storedAs: {
    kind: () => event,
    ownRules: true,
    toStored: toCoreEvent,
    fromStored: (stored) => fromCoreEvent(stored as CoreEvent),
  },
  columns: event.columns.map((column) => ({
    ...column,
    cell: (object, nowMs) => column.cell(toCoreEvent(object), nowMs),
  })),
  selectableFields: {
    'regarding.kind': selectable(({ regarding }) => regarding?.kind),
    'regarding.namespace': selectable(({ regarding }) => regarding?.namespace),
    'regarding.name': selectable(({ regarding }) => regarding?.name),
    'regarding.uid': selectable(({ regarding }) => regarding?.uid),
    'regarding.apiVersion': selectable(({ regarding }) => regarding?.apiVersion),
    'regarding.resourceVersion': selectable(({ regarding }) => regarding?.resourceVersion),
    'regarding.fieldPath': selectable(({ regarding }) => regarding?.fieldPath),
    reason: selectable(({ reason }) => reason),
    reportingController: selectable(({ reportingController }) => reportingController),
    type: selectable(({ type }) => type),
  },
  createOnUpdate: true,
  validateCreate: (object) => validateNewEvent(toCoreEvent(object)),
  validateUpdate: (object, old) => validateNewEventUpdate(toCoreEvent(object), toCoreEvent(old)),
});
