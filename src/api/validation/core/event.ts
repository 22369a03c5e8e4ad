import { jsonEqual } from '../../patch/record.ts';
import type { Event as CoreEvent } from '../../schema/generated/types/core-v1.ts';
import { type Errors, immutable, requiredText } from '../common.ts';
import { asGoStruct, invalidFormat, invalidValue, required } from '../field-error.ts';
import { isDns1123Subdomain, isQualifiedName } from '../format.ts';
import { immutableDetail } from '../object-meta.ts';

const maxWordChars = 128;
const maxNoteChars = 1024;

/** Upstream's rules for events of v1: those with an `eventTime` are of the new sort. */
export function validateCoreEvent(event: CoreEvent): Errors {
  return validateEvent(event, 'reportingComponent');
}

function validateEvent(event: CoreEvent, controllerPath: string): Errors {
  const { metadata, involvedObject, eventTime } = event;
  const namespace = metadata.namespace ?? '';
  const about = involvedObject?.namespace ?? '';
  const errors: Errors = [];
  const isCluster = about === '';
  const agrees = isCluster
    ? ['default', ...(eventTime ? ['kube-system'] : [''])].includes(namespace)
    : Boolean(eventTime) || about === namespace;
  if (!agrees) errors.push(invalidValue('involvedObject.namespace', about, 'does not match event.namespace'));
  if (eventTime) errors.push(...validateNewFields(event, controllerPath));
  return [...errors, ...invalidFormat('namespace', namespace, isDns1123Subdomain(namespace))];
}

function validateNewFields(event: CoreEvent, controllerPath: string): Errors {
  const { reportingComponent = '', reportingInstance = '', message = '' } = event;
  const errors: Errors = [
    ...requiredText(reportingComponent, controllerPath),
    ...invalidFormat(controllerPath, reportingComponent, isQualifiedName(reportingComponent)),
    ...word(reportingInstance, 'reportingInstance'),
    ...word(event.action, 'action'),
    ...word(event.reason, 'reason'),
  ];
  if (message.length > maxNoteChars)
    errors.push(invalidValue('message', '', `can have at most ${maxNoteChars} characters`));
  return errors;
}

function word(text: string | undefined, path: string): Errors {
  if (!text) return [required(path)];
  return text.length > maxWordChars ? [invalidValue(path, '', `can have at most ${maxWordChars} characters`)] : [];
}

/** Events of events.k8s.io/v1, given in the form of v1, in whose terms upstream complains of them. */
export function validateNewEvent(event: CoreEvent): Errors {
  const { type = '', source } = event;
  const errors = [...validateEvent(event, 'reportingController'), ...validateSeries(event)];
  if (!event.eventTime) errors.push(required('eventTime'));
  if (type !== 'Normal' && type !== 'Warning') errors.push(invalidValue('type', '', `has invalid value: ${type}`));
  for (const name of ['firstTimestamp', 'lastTimestamp', 'count'] as const)
    if (event[name]) errors.push(invalidValue(name, '', 'needs to be unset'));
  if (source?.component || source?.host) errors.push(invalidValue('source', '', 'needs to be unset'));
  return errors;
}

function validateSeries({ series }: CoreEvent): Errors {
  if (!series) return [];
  const errors: Errors = [];
  if ((series.count ?? 0) < 2) errors.push(invalidValue('series.count', '', 'should be at least 2'));
  if (!series.lastObservedTime) errors.push(required('series.lastObservedTime'));
  return errors;
}

const emptyReference = {
  Kind: '',
  Namespace: '',
  Name: '',
  UID: '',
  APIVersion: '',
  ResourceVersion: '',
  FieldPath: '',
};
const fixed = [
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'eventTime',
  'action',
  'related',
] as const;

/** Of an event of events.k8s.io/v1, only the series goes on. */
export function validateNewEventUpdate(event: CoreEvent, old: CoreEvent): Errors {
  const errors = validateEvent(event, 'reportingController');
  if (JSON.stringify(event.series) !== JSON.stringify(old.series)) errors.push(...validateSeries(event));
  if (!jsonEqual(event.involvedObject, old.involvedObject))
    errors.push(invalidValue('involvedObject', asGoStruct(event.involvedObject, emptyReference), immutableDetail));
  for (const name of fixed) errors.push(...immutable(event[name], old[name], name));
  return [
    ...errors,
    ...immutable(event.reportingComponent, old.reportingComponent, 'reportingController'),
    ...immutable(event.reportingInstance, old.reportingInstance, 'reportingInstance'),
  ];
}
