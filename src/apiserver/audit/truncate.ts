import type { AuditEvent } from './event.ts';
import type { TruncateSettings } from './settings.ts';

/** An event with its JSON, made once for all who write it. */
export interface EncodedEvent {
  readonly event: AuditEvent;
  readonly json: string;
}

export function encodeEvent(event: AuditEvent): EncodedEvent {
  return { event, json: JSON.stringify(event) };
}

/**
 * As upstream: an event that is too large loses its bodies and says so; undefined when it is still too large. Without
 * settings nothing is too large.
 */
export function truncated(encoded: EncodedEvent, settings: TruncateSettings | undefined): EncodedEvent | undefined {
  if (!settings || encoded.json.length <= settings.maxEventBytes) return encoded;
  const { requestObject: _request, responseObject: _response, annotations, ...rest } = encoded.event;
  const smaller = encodeEvent({ ...rest, annotations: { ...annotations, 'audit.k8s.io/truncated': 'true' } });
  return smaller.json.length <= settings.maxEventBytes ? smaller : undefined;
}
