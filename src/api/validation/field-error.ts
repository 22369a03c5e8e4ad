import type { FieldError } from '../status.ts';

/**
 * Constructors for the faults that validation finds, worded as upstream's `field.Error`. A path is plain text:
 * `${path}.name`, `${path}[0]`, `${path}[key]`.
 */

/** Text in double quotes, escaped as Go's `%q` does. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** As Go prints it: a pointer to nothing (undefined here) in quotes, an empty list or map (null) without. */
function shown(value: unknown): string {
  if (value === undefined) return '"null"';
  return typeof value === 'string' ? quote(value) : (JSON.stringify(value) ?? String(value));
}

const withDetail = (text: string, detail: string) => (detail ? `${text}: ${detail}` : text);

/** A field that must be set is not. */
export function required(field: string, detail = ''): FieldError {
  return { type: 'FieldValueRequired', field, message: withDetail('Required value', detail) };
}

/** A value that is malformed or out of bounds. */
export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, message: withDetail(`Invalid value: ${shown(value)}`, detail) };
}

/** The same where the value is not to be shown. */
export function invalidWithoutValue(field: string, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, message: withDetail('Invalid value', detail) };
}

/** A value outside a closed set; `allowed` in the order it is to be shown. */
export function notSupported(field: string, value: unknown, allowed: readonly string[] = []): FieldError {
  const detail = allowed.length > 0 ? `supported values: ${allowed.map(quote).join(', ')}` : '';
  return { type: 'FieldValueNotSupported', field, message: withDetail(`Unsupported value: ${shown(value)}`, detail) };
}

/** A value that must be unique and is not. */
export function duplicate(field: string, value: unknown, detail = ''): FieldError {
  return { type: 'FieldValueDuplicate', field, message: withDetail(`Duplicate value: ${shown(value)}`, detail) };
}

/** A value that would be well-formed, but may not be here. */
export function forbidden(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, message: withDetail('Forbidden', detail) };
}

/** A reference to something that is not there. */
export function notFoundValue(field: string, value: unknown): FieldError {
  return { type: 'FieldValueNotFound', field, message: `Not found: ${shown(value)}` };
}

/** Text of more than `maxBytes` bytes; the value itself is not repeated. */
export function tooLong(field: string, maxBytes: number): FieldError {
  return { type: 'FieldValueTooLong', field, message: `Too long: may not be more than ${maxBytes} bytes` };
}

/** A list of more than `maxItems` items. */
export function tooMany(field: string, actual: number, maxItems: number): FieldError {
  const items = maxItems === 1 ? 'item' : 'items';
  return {
    type: 'FieldValueTooMany',
    field,
    message: `Too many: ${actual}: must have at most ${maxItems} ${items}`,
  };
}

/** What upstream's own types look like in messages: Go's names, and fields that are not set as well (`Key Value Effect=""`). */
export function asGoStruct(
  value: object,
  template: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const given = new Map(Object.entries(value).map(([name, item]) => [name.toLowerCase(), item]));
  return Object.fromEntries(
    Object.entries(template).map(([name, zero]) => [name, given.get(name.toLowerCase()) ?? zero]),
  );
}

/** One `invalidValue` for each complaint of a format check. */
export function invalidFormat(field: string, value: string, complaints: readonly string[]): FieldError[] {
  return complaints.length === 0 ? [] : complaints.map((complaint) => invalidValue(field, value, complaint));
}
