import { column } from '../columns.ts';
import { timeSince } from '../duration.ts';
import type { Column } from '../kind.ts';
import type { Event } from '../schema/generated/types/core-v1.ts';

export const eventColumns: readonly Column<Event>[] = [
  column('Last Seen', lastSeen, { description: 'Time since it last happened.' }),
  column('Type', ({ type }) => type ?? '', { description: 'Normal or Warning.' }),
  column('Reason', ({ reason }) => reason ?? '', { description: 'Why, in one word.' }),
  column('Object', objectText, {
    description: 'The object that the event is about.',
  }),
  column('Subobject', ({ involvedObject }) => involvedObject?.fieldPath ?? '', {
    wide: true,
    description: 'The part of the object that the event is about.',
  }),
  column('Source', eventSource, { wide: true, description: 'The component that reported it.' }),
  column('Message', ({ message }) => (message ?? '').trim(), { description: 'What happened, in words.' }),
  column('First Seen', firstSeen, { wide: true, description: 'Time since it first happened.' }),
  column('Count', ({ series, count }) => (series ? (series.count ?? 0) : count || 1), {
    wide: true,
    description: 'How often it happened.',
  }),
  column('Name', ({ metadata }) => metadata.name ?? '', {
    wide: true,
    format: 'name',
    description: 'Unique within the namespace.',
  }),
];

function objectText({ involvedObject }: Event): string {
  const kind = (involvedObject?.kind ?? '').toLowerCase();
  return involvedObject?.name ? `${kind}/${involvedObject.name}` : kind;
}

function firstSeen({ firstTimestamp, eventTime }: Event, nowMs: number): string {
  return timeSince(firstTimestamp ?? eventTime, nowMs);
}

function lastSeen(event: Event, nowMs: number): string {
  if (event.series) return timeSince(event.series.lastObservedTime, nowMs);
  return event.lastTimestamp ? timeSince(event.lastTimestamp, nowMs) : firstSeen(event, nowMs);
}

function eventSource({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || '';
  const instance = source?.host || reportingInstance;
  return instance ? `${component}, ${instance}` : component;
}
