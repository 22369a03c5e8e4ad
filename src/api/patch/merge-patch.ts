import { isJson, type Json, own, refuseDeep, setOwn } from './record.ts';

/**
 * JSON merge patch (RFC 7386): objects merge, null removes, anything else replaces. Neither input is changed; the
 * result shares what did not change with `current` and new parts with `patch`. Throws ApiError `BadRequest`
 * for a patch that is nested too deeply.
 */
export function mergePatch(current: unknown, patch: unknown): unknown {
  refuseDeep(patch);
  return merge(current, patch);
}

function merge(current: unknown, patch: unknown): unknown {
  if (!isJson(patch)) return patch;
  const base: Json = isJson(current) ? current : {};
  const result = { ...base };
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) delete result[key];
    else setOwn(result, key, isJson(value) ? merge(own(base, key), value) : value);
  }
  return result;
}
