import { kind } from '../kind.ts';
import type { Event } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { selectable } from '../selectable.ts';
import { validateCoreEvent } from '../validation/core/event.ts';
import { eventColumns } from './event-columns.ts';

export const event = kind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.Event'),
  durability: 'lazy',
  columns: eventColumns,
  selectableFields: {
    'involvedObject.kind': selectable(({ involvedObject }) => involvedObject?.kind),
    'involvedObject.namespace': selectable(({ involvedObject }) => involvedObject?.namespace),
    'involvedObject.name': selectable(({ involvedObject }) => involvedObject?.name),
    'involvedObject.uid': selectable(({ involvedObject }) => involvedObject?.uid),
    'involvedObject.apiVersion': selectable(({ involvedObject }) => involvedObject?.apiVersion),
    'involvedObject.resourceVersion': selectable(({ involvedObject }) => involvedObject?.resourceVersion),
    'involvedObject.fieldPath': selectable(({ involvedObject }) => involvedObject?.fieldPath),
    reason: selectable(({ reason }) => reason),
    reportingComponent: selectable(({ reportingComponent }) => reportingComponent),
    source: selectable(({ source, reportingComponent }) => source?.component || reportingComponent),
    type: selectable(({ type }) => type),
  },
  createOnUpdate: true,
  validate: validateCoreEvent,
});
