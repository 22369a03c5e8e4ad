import { type CelInput, type CelValue, celType, isCelList, isCelMap, isCelUint } from '@bufbuild/cel';
import type { Schema } from '../schema/schema.ts';

/** JSON as CEL sees it, and back. */

/**
 * Whole numbers are ints, unless the schema says that the field holds numbers. Objects are maps; what is null is not
 * there, unless the schema allows null.
 */
export function toCel(value: unknown, schema?: Schema): CelInput {
  switch (typeof value) {
    case 'number':
      return schema?.type === 'number' || !Number.isSafeInteger(value) ? value : BigInt(value);
    case 'string':
    case 'boolean':
    case 'bigint':
      return value;
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return value.map((item) => toCel(item, schema?.items));
      return mapOf(value as Readonly<Record<string, unknown>>, schema);
    default:
      return null;
  }
}

function mapOf(object: Readonly<Record<string, unknown>>, schema: Schema | undefined): ReadonlyMap<string, CelInput> {
  const map = new Map<string, CelInput>();
  for (const [name, field] of Object.entries(object)) {
    const own = schema?.properties?.[name] ?? schema?.additionalProperties;
    if (field !== undefined && field !== null) map.set(name, toCel(field, own));
  }
  return map;
}

/** What fits into JSON that somebody makes: parts, and tens of characters. Lists that are joined with themselves grow fast. */
const mostParts = 1_000_000;

/** What an expression made, as JSON. Throws Error for what JSON has no form for, and for what is very large. */
export function fromCel(value: CelValue): unknown {
  let left = mostParts;
  return toJson(value, (parts) => {
    left -= parts;
    if (left < 0) throw new Error('the value is too large');
  });
}

function toJson(value: CelValue, take: (parts: number) => void): unknown {
  take(typeof value === 'string' ? 1 + value.length / 10 : 1);
  switch (typeof value) {
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case 'string':
    case 'boolean':
    case 'number':
      return value;
  }
  if (value === null) return null;
  if (isCelUint(value)) return Number(value.value);
  if (isCelList(value)) return Array.from(value, (item) => toJson(item, take));
  if (isCelMap(value)) return Object.fromEntries(Array.from(value, ([key, item]) => [String(key), toJson(item, take)]));
  if (value instanceof Uint8Array) {
    take(value.length / 10);
    return Buffer.from(value).toString('base64');
  }
  throw new Error(`a value of type ${celType(value).name} cannot be written as JSON`);
}
