import { type ApiError, badRequest } from '../../status.ts';
import { isJson, type Json, setOwn } from '../record.ts';

/** The keys of a strategic merge patch that say how to merge rather than what. */
export const patchMarker = '$patch';
export const retainKeysMarker = '$retainKeys';
export const setElementOrderPrefix = '$setElementOrder/';
export const deleteFromListPrefix = '$deleteFromPrimitiveList/';

function isDirective(key: string): boolean {
  return (
    key.startsWith('$') &&
    (key === patchMarker ||
      key === retainKeysMarker ||
      key.startsWith(setElementOrderPrefix) ||
      key.startsWith(deleteFromListPrefix))
  );
}

/** A value of the patch as it goes into the object: without directives and nulls. Shares what is clean already. */
export function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    // Each item is looked at once: lists may stand in lists.
    const clean = value.filter((item) => !isMarkedItem(item)).map(withoutDirectives);
    return clean.length === value.length && clean.every((item, at) => item === value[at]) ? value : clean;
  }
  if (!isJson(value)) return value;
  let changed = false;
  const clean: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const child = value[key];
    if (child === null || isDirective(key)) {
      changed = true;
      continue;
    }
    const cleanChild = withoutDirectives(child);
    if (cleanChild !== child) changed = true;
    setOwn(clean, key, cleanChild);
  }
  return changed ? clean : value;
}

/** `{$patch: delete, name: x}` and `{$patch: replace}` say something about the list and are no items of it. */
function isMarkedItem(item: unknown): boolean {
  return isJson(item) && (item[patchMarker] === 'delete' || item[patchMarker] === 'replace');
}

export function badDirective(directive: unknown, patch: Json): ApiError {
  return badRequest(`unknown patch type: ${goText(directive)} in map: ${goText(patch)}`);
}

export function missingMergeKey(item: unknown, mergeKey: string): ApiError {
  return badRequest(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
}

/** A value as Go prints it with `%v`, which upstream's messages show. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isJson(value)) return String(value);
  const entries = Object.keys(value).sort();
  return `map[${entries.map((key) => `${key}:${goText(value[key])}`).join(' ')}]`;
}
