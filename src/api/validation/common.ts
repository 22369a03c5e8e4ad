import { isIP } from 'node:net';
import { jsonEqual } from '../patch/record.ts';
import { parseQuantity, QuantityError } from '../quantity/quantity.ts';
import type { FieldError } from '../status.ts';
import { duplicate, invalidFormat, invalidValue, notSupported, required } from './field-error.ts';
import { type FormatCheck, inclusiveRangeComplaint, isPercent, isPortName, isPortNumber } from './format.ts';
import { immutableDetail } from './object-meta.ts';

/** Checks that many kinds share. All take the value as it is after defaulting, and its path. */

export type Texts = Readonly<Record<string, string>>;
export type Errors = FieldError[];

const notNegativeDetail = 'must be greater than or equal to 0';

export function notNegative(value: number | undefined, path: string): Errors {
  return value !== undefined && value < 0 ? [invalidValue(path, value, notNegativeDetail)] : [];
}

export function positive(value: number | undefined, path: string): Errors {
  return value !== undefined && value <= 0 ? [invalidValue(path, value, 'must be greater than 0')] : [];
}

export function inRange(value: number | undefined, path: string, [low, high]: readonly [number, number]): Errors {
  if (value === undefined || (value >= low && value <= high)) return [];
  return [invalidValue(path, value, inclusiveRangeComplaint(low, high))];
}

/** A value of a closed set that may be absent. */
export function oneOf(value: string | undefined, path: string, allowed: readonly string[]): Errors {
  return value === undefined || allowed.includes(value) ? [] : [notSupported(path, value, allowed)];
}

/** A value of a closed set that must be there. */
export function requiredOneOf(value: string | undefined, path: string, allowed: readonly string[]): Errors {
  return value ? oneOf(value, path, allowed) : [required(path)];
}

/** Text of a certain format that must be there. */
export function requiredFormat(value: string | undefined, path: string, check: FormatCheck): Errors {
  return value ? invalidFormat(path, value, check(value)) : [required(path)];
}

/** Text of a certain format that may be absent or empty. */
export function optionalFormat(value: string | undefined, path: string, check: FormatCheck): Errors {
  return value ? invalidFormat(path, value, check(value)) : [];
}

export function requiredText(value: string | undefined, path: string, detail = ''): Errors {
  return value ? [] : [required(path, detail)];
}

/** The field may not differ from what it was. */
export function immutable(value: unknown, old: unknown, path: string): Errors {
  return jsonEqual(value, old) ? [] : [invalidValue(path, value, immutableDetail)];
}

export function ipAddress(value: string | undefined, path: string): Errors {
  if (value === undefined || isIP(value) > 0) return [];
  return [invalidValue(path, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
}

export function isCidr(text: string): boolean {
  const [address = '', bits = '', ...more] = text.split('/');
  const version = isIP(address);
  return (
    version > 0 && more.length === 0 && /^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)
  );
}

export function cidr(value: string, path: string): Errors {
  if (isCidr(value)) return [];
  return [invalidValue(path, value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')];
}

/** A port's number, or the name of one. */
export function portOrName(value: number | string | undefined, path: string): Errors {
  if (value === undefined) return [required(path)];
  if (typeof value === 'string') return invalidFormat(path, value, isPortName(value));
  return isPortNumber(value).map((complaint) => invalidValue(path, value, complaint));
}

export function port(value: number | undefined, path: string): Errors {
  return isPortNumber(value ?? 0).map((complaint) => invalidValue(path, value ?? 0, complaint));
}

/** A count or a percentage such as `25%`. */
export function countOrPercent(value: number | string | undefined, path: string): Errors {
  if (value === undefined) return [];
  if (typeof value === 'number') return notNegative(value, path);
  return isPercent(value).length > 0 ? [invalidValue(path, value, "must be an integer or percentage (e.g '5%')")] : [];
}

/** A percentage may not be more than 100%. */
export function atMostAll(value: number | string | undefined, path: string): Errors {
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent !== undefined && Number(percent) > 100
    ? [invalidValue(path, value, 'must not be greater than 100%')]
    : [];
}

/** Zero as a count or as a percentage. */
export function isZero(value: number | string | undefined): boolean {
  return value === 0 || value === '0%' || value === undefined;
}

/** Complains about each value that stands twice, at the place of the second. */
export function duplicates<T>(
  items: readonly T[] | undefined,
  keyOf: (item: T) => string | undefined,
  pathOf: (at: number) => string,
): Errors {
  const errors: Errors = [];
  if (!items || items.length < 2) return errors;
  const seen = new Set<string>();
  items.forEach((item, at) => {
    const key = keyOf(item);
    if (key === undefined || key === '') return;
    if (seen.has(key)) errors.push(duplicate(pathOf(at), key));
    seen.add(key);
  });
  return errors;
}

/** Runs a check on each item of a list. */
export function each<T>(
  items: readonly T[] | undefined,
  path: string,
  check: (item: T, path: string, at: number) => Errors,
): Errors {
  const errors: Errors = [];
  if (!items) return errors;
  for (let at = 0; at < items.length; at++) {
    const found = check(items[at] as T, `${path}[${at}]`, at);
    if (found.length > 0) errors.push(...found);
  }
  return errors;
}

/** An amount that can be read and is not negative. */
export function quantity(value: string | number, path: string): Errors {
  try {
    return parseQuantity(value).nano < 0n ? [invalidValue(path, String(value), notNegativeDetail)] : [];
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return [invalidValue(path, value, error.message)];
  }
}
