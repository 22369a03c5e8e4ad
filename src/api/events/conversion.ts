import type { Event as CoreEvent } from '../schema/generated/types/core-v1.ts';
import type { Event } from '../schema/generated/types/events-v1.ts';

/** Fields of events.k8s.io/v1 that core/v1 calls otherwise. */
const coreNames = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
} as const satisfies Partial<Record<keyof Event, keyof CoreEvent>>;

const ownNames = Object.fromEntries(Object.entries(coreNames).map(([own, core]) => [core, own]));

export function toCoreEvent(event: Event): CoreEvent {
  return { involvedObject: {}, ...renamed(event, coreNames), apiVersion: 'v1' } as CoreEvent;
}

export function fromCoreEvent(event: CoreEvent): Event {
  return { ...renamed(event, ownNames), apiVersion: 'events.k8s.io/v1' } as Event;
}

function renamed(object: object, names: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [names[name] ?? name, value]));
}
