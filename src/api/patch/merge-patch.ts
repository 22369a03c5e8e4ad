import { isJson, type Json, own, setOwn } from './record.ts';

/**
 * JSON merge patch (RFC 7386): objects merge, null removes, anything else replaces. Neither input is changed; the
 * result shares what did not change with `current` and new parts with `patch`.
 */
export function mergePatch(current: unknown, patch: unknown): unknown {
  if (!isJson(patch)) return patch;
  const base: Json = isJson(current) ? current : {};
  const result = { ...base };
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) delete result[key];
    else setOwn(result, key, isJson(value) ? mergePatch(own(base, key), value) : value);
  }
  return result;
}
