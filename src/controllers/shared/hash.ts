import { createHash } from 'node:crypto';
import type { PodTemplateSpec } from '../../api/schema/generated/types/core-v1.ts';
import { sameValue } from './status.ts';

/** No vowels and no digits that look like letters: no words come out by chance. The alphabet of upstream's names. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A short name for a value that stays the same between runs and does not depend on the order of fields. */
export function shortHash(value: unknown, salt?: number): string {
  const hash = createHash('sha256').update(canonicalJson(value));
  if (salt !== undefined) hash.update(`#${salt}`);
  return Array.from(hash.digest().subarray(0, 10), (byte) => alphabet[byte % alphabet.length]).join('');
}

export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`;
}

export const podTemplateHashLabel = 'pod-template-hash';

/** Whether two templates make the same pods; the hash label that a deployment adds does not count. */
export function sameTemplate(left: PodTemplateSpec | undefined, right: PodTemplateSpec | undefined): boolean {
  return sameValue(withoutHash(left), withoutHash(right));
}

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  const { [podTemplateHashLabel]: _hash, ...labels } = template?.metadata?.labels ?? {};
  const { creationTimestamp: _time, ...metadata } = template?.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}
