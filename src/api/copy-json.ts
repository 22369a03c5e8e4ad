import { setOwn } from './patch/record.ts';

/** Deep copy of plain JSON data; fields that are undefined are left out. Several times faster than structuredClone. */
export function copyJson<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy);
  const result: Record<string, unknown> = {};
  // Data has nothing to inherit; without a list of its keys there is half as much to collect afterwards.
  for (const key in value) {
    const field = (value as Record<string, unknown>)[key];
    if (field === undefined) continue;
    const kept = typeof field === 'object' ? copy(field) : field;
    if (key !== '__proto__') result[key] = kept;
    else setOwn(result, key, kept);
  }
  return result;
}
