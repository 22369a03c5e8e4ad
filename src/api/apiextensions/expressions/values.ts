/** Custom resources as the expressions in their definitions see them. */
import type { CelInput } from '@bufbuild/cel';
import { create } from '@bufbuild/protobuf';
import { type Duration, DurationSchema, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { JSONSchemaProps } from '../../schema/generated/types/apiextensions-v1.ts';

const text: JSONSchemaProps = { type: 'string' };
const metadata: JSONSchemaProps = { type: 'object', properties: { name: text, generateName: text } };
/** What expressions may read of every object; of metadata it is only this much. */
export const ofEveryObject = { apiVersion: text, kind: text, metadata };

/** A value by its schema: whole numbers are ints where the schema says so, times and durations are what they say. */
export function celValueOf(schema: JSONSchemaProps | undefined, value: unknown): CelInput {
  switch (typeof value) {
    case 'string':
      return stringValue(schema, value);
    case 'number':
      return isInt(schema, value) ? BigInt(value) : value;
    case 'boolean':
    case 'bigint':
      return value;
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value))
        return value.map((item) => celValueOf(schema?.items as JSONSchemaProps | undefined, item));
      return mapOf(schema, value as Readonly<Record<string, unknown>>);
    default:
      return null;
  }
}

function isInt(schema: JSONSchemaProps | undefined, value: number): boolean {
  return schema?.type !== 'number' && Number.isInteger(value);
}

function mapOf(schema: JSONSchemaProps | undefined, object: Readonly<Record<string, unknown>>): CelInput {
  const { properties = {}, additionalProperties } = schema ?? {};
  const known = schema?.['x-kubernetes-embedded-resource'] ? { ...properties, ...ofEveryObject } : properties;
  const free = typeof additionalProperties === 'object' ? (additionalProperties as JSONSchemaProps) : undefined;
  const map = new Map<string, CelInput>();
  for (const [name, field] of Object.entries(object)) {
    const property = Object.hasOwn(known, name) ? known[name] : undefined;
    if (field === null && !(property ?? free)?.nullable) continue;
    if (property) map.set(escapedName(name), celValueOf(property, field));
    else if (additionalProperties) map.set(name, celValueOf(free, field));
  }
  return map;
}

const words = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** How an expression writes the name of a field. */
export function escapedName(name: string): string {
  return words.has(name) ? `__${name}__` : name.replaceAll(/__|[.\-/]/g, (found) => escapes[found] ?? found);
}

function stringValue(schema: JSONSchemaProps | undefined, value: string): CelInput {
  switch (schema?.format) {
    case 'byte':
      return new Uint8Array(Buffer.from(value, 'base64'));
    case 'date':
    case 'date-time': {
      const date = new Date(value);
      return Number.isNaN(date.getTime()) ? value : timestampFromDate(date);
    }
    case 'duration':
      return durationOf(value) ?? value;
    default:
      return value;
  }
}

const unitNanos: Readonly<Record<string, number>> = {
  h: 3.6e12,
  m: 6e10,
  s: 1e9,
  ms: 1e6,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ns: 1,
};

/** Go's way to write lengths of time: `1h30m`. */
function durationOf(value: string): Duration | undefined {
  const match = /^([-+]?)((?:\d+(?:\.\d*)?(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(value);
  if (!match) return undefined;
  let nanos = 0;
  for (const [, amount, unit] of (match[2] ?? '').matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|μs|ms|s|m|h)/g))
    nanos += Number(amount) * (unitNanos[unit ?? ''] ?? 0);
  const signed = match[1] === '-' ? -nanos : nanos;
  return create(DurationSchema, { seconds: BigInt(Math.trunc(signed / 1e9)), nanos: Math.round(signed % 1e9) });
}
