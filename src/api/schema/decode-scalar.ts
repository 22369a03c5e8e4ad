/** Strings, numbers and booleans of a body: their types as Go checks them, and the canonical text of formatted strings. */
import { toError } from '../../base/errors.ts';
import { canonicalQuantity, QuantityError } from '../quantity/quantity.ts';
import { DecodeError } from './decode-errors.ts';
import { WrittenNumber } from './exact-json.ts';
import { goPlace, goType, goValue, type Step } from './go-text.ts';
import { canonicalBase64, canonicalMicroTimeText, canonicalTimeText, ScalarError } from './scalars.ts';
import type { Schema } from './schema.ts';

/** Where the check stands, shared by all its steps. */
export interface Walk {
  readonly problems: string[];
  readonly path: Step[];
  /** Name of the Go struct around the value. */
  struct: string;
  custom: boolean;
}

const int32: Schema = { type: 'integer', format: 'int32' };

/** Returns the value in canonical form; throws DecodeError. */
export function checkScalar(schema: Schema, value: unknown, walk: Walk): unknown {
  switch (schema.type) {
    case 'string':
      if (schema.format) return checkFormatted(schema, value, walk);
      if (typeof value === 'string') return value;
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'number':
      if (typeof value === 'number') return value;
      if (typeof value === 'bigint') return Number(value);
      if (value instanceof WrittenNumber) return value;
      break;
    case 'integer':
      if (typeof value === 'number' || typeof value === 'bigint') return checkInteger(schema, value, walk);
      if (value instanceof WrittenNumber) throw noInteger(schema, value, walk);
      break;
    default:
      // IntOrString decodes itself, so Go's message does not know the field.
      if (typeof value === 'string') return value;
      if (typeof value === 'number' || typeof value === 'bigint') return checkInteger(int32, value);
      if (value instanceof WrittenNumber) throw noInteger(int32, value);
      throw new DecodeError(`json: cannot unmarshal ${goValue(value)} into Go value of type int32`);
  }
  throw mismatch(schema, value, walk);
}

export function mismatch(schema: Schema, value: unknown, walk: Walk): DecodeError {
  const place = goPlace(walk.struct, walk.path);
  return new DecodeError(`json: cannot unmarshal ${goValue(value)} into ${place} of type ${goType(schema)}`);
}

const exactly = `; this server keeps whole numbers up to ${Number.MAX_SAFE_INTEGER} in fields of built-in kinds`;

/**
 * Fields of built-in kinds are numbers everywhere in this program, and those are exact up to 2^53: what upstream would
 * keep beyond that is refused, as nothing may be written that is not what was sent.
 */
function checkInteger(schema: Schema, value: number | bigint, walk?: Walk): number {
  const isSafe = typeof value === 'number' && Number.isSafeInteger(value);
  const isInt32 = schema.format === 'int32';
  if (isSafe && (!isInt32 || (value >= -(2 ** 31) && value < 2 ** 31))) return value;
  throw noInteger(schema, value, walk);
}

function noInteger(schema: Schema, value: number | bigint | WrittenNumber, walk?: Walk): DecodeError {
  const place = walk ? goPlace(walk.struct, walk.path) : 'Go value';
  const isLarge = schema.format !== 'int32' && (typeof value === 'bigint' || Number.isInteger(value));
  const why = isLarge ? exactly : '';
  return new DecodeError(`json: cannot unmarshal number ${value} into ${place} of type ${goType(schema)}${why}`);
}

function checkFormatted(schema: Schema, value: unknown, walk: Walk): unknown {
  if (schema.format === 'quantity') return checkQuantity(value);
  if (typeof value !== 'string') {
    if (schema.format === 'byte') throw mismatch(schema, value, walk);
    throw new DecodeError(`json: cannot unmarshal ${goValue(value)} into Go value of type string`);
  }
  try {
    if (schema.format === 'byte') return canonicalBase64(value);
    if (schema.format === 'date-time') return canonicalTimeText(value);
    if (schema.format === 'micro-time') return canonicalMicroTimeText(value);
    return value;
  } catch (thrown) {
    if (thrown instanceof ScalarError) throw new DecodeError(thrown.message, { cause: thrown });
    throw toError(thrown);
  }
}

function checkQuantity(value: unknown): string {
  try {
    return canonicalQuantity(
      typeof value === 'string' || typeof value === 'number'
        ? value
        : typeof value === 'bigint' || value instanceof WrittenNumber
          ? String(value)
          : 'not a quantity',
    );
  } catch (thrown) {
    if (thrown instanceof QuantityError) throw new DecodeError(thrown.message, { cause: thrown });
    throw toError(thrown);
  }
}
