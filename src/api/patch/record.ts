import { badRequest } from '../status.ts';

/** Safe handling of objects whose keys come from users: nothing inherited is read, no prototype is ever set. */

export type Json = Readonly<Record<string, unknown>>;
export type MutableJson = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own value of this key. */
export function own(object: Json, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets a key as data, also one called `__proto__`. */
export function setOwn(object: MutableJson, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Deep equality of JSON values; the order of keys does not matter, an absent key is not `undefined`. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let at = 0; at < a.length; at++) if (!jsonEqual(a[at], b[at])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const left = a as Json;
  const right = b as Json;
  let keys = 0;
  for (const key in left) {
    keys++;
    if (!Object.hasOwn(right, key) || !jsonEqual(left[key], right[key])) return false;
  }
  for (const _ in right) keys--;
  return keys === 0;
}

/** No object of the API is anywhere near as deep; what is would exhaust the stack of whoever walks it. */
export const maxDepth = 1000;

/** Refuses values that are nested too deeply, before anything recursive looks at them. */
export function refuseDeep(value: unknown): void {
  if (isDeeper(value, maxDepth)) throw badRequest(`exceeded max depth of ${maxDepth}`);
}

/** Whether a value has more levels than this; looks no deeper than that. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && isDeeper(item, levels - 1)) return true;
    return false;
  }
  for (const key in value) {
    const field = (value as Json)[key];
    if (typeof field === 'object' && isDeeper(field, levels - 1)) return true;
  }
  return false;
}
