/** How upstream answers a patch whose result is no object of the kind. Clients show these messages to people. */
import type { DecodeError } from '../../../api/schema/decode-errors.ts';
import { type ApiError, invalid } from '../../../api/status.ts';
import type { Patch } from '../../../client/client.ts';

type PlainPatch = Exclude<Patch, { type: 'apply' }>;

/** A value in the result has the wrong type. */
export function unreadableResult(patch: PlainPatch, result: unknown, { message }: DecodeError): ApiError {
  // Strategic patches go from map to object without JSON, whose decoder has other words.
  return refused(patch, result, patch.type === 'strategic' ? (converterText(message) ?? message) : message);
}

/** Field validation is Strict, and the result has these problems. */
export function strictResult(patch: PlainPatch, result: unknown, problems: readonly string[]): ApiError {
  return refused(patch, result, `strict decoding error: ${problems.join(', ')}`);
}

function refused(patch: PlainPatch, result: unknown, why: string): ApiError {
  const value = patch.type === 'strategic' ? goText(patch.body) : JSON.stringify(result);
  const message = `Invalid value: ${JSON.stringify(value)}: ${why}`;
  return invalid({ group: '', kind: '' }, '', [{ type: 'FieldValueInvalid', field: 'patch', message }]);
}

/** A value as Go's `%+v` writes it. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, inner]) => `${key}:${goText(inner)}`).join(' ')}]`;
}

const goKinds: Readonly<Record<string, string>> = { array: 'slice', object: 'map', number: 'int64' };

/** The JSON decoder's complaint in the words of the converter from maps to structs. */
function converterText(message: string): string | undefined {
  const [, found = '', type = ''] = /^json: cannot unmarshal (\w+) into Go .* of type (.+)$/.exec(message) ?? [];
  if (type === '') return undefined;
  const kind = goKinds[found] ?? found;
  if (type.startsWith('[]')) return `cannot restore slice from ${kind}`;
  if (type.startsWith('map[')) return `cannot restore map from ${kind}`;
  if (type.includes('.')) return `cannot restore struct from: ${kind}`;
  return `unrecognized type: ${type}`;
}
