import type { Schema } from '../../schema/schema.ts';
import { ApiError, badRequest } from '../../status.ts';
import { isJson, type Json, jsonEqual, type MutableJson, own, refuseDeep, setOwn } from '../record.ts';
import {
  badDirective,
  deleteFromListPrefix,
  goText,
  missingMergeKey,
  patchMarker,
  retainKeysMarker,
  setElementOrderPrefix,
  withoutDirectives,
} from './directives.ts';
import { identityBy, orderMerged } from './list-order.ts';

/**
 * Strategic merge patch: like a JSON merge patch, but lists whose schema says so are merged item by item, and
 * directives in the patch delete, replace, order and retain. Neither input is changed; unchanged parts are shared.
 * Throws ApiError `BadRequest` or `Invalid` with upstream's message. Fields that the schema does not know are merged
 * by their JSON type and left to the decoder's field validation.
 * Source: apimachinery's util/strategicpatch and the Kubernetes page on kubectl patch.
 */
export function strategicMergePatch(schema: Schema, current: Json, patch: Json): Json {
  refuseDeep(patch);
  return mergeMap(schema, current, patch);
}

/** How to go on below one field. */
interface Field {
  readonly schema: Schema | undefined;
  readonly strategy: 'merge' | 'replace' | undefined;
  readonly mergeKey: string | undefined;
}

function fieldOf(schema: Schema | undefined, key: string): Field {
  const properties = schema?.properties;
  const field = properties && Object.hasOwn(properties, key) ? properties[key] : schema?.additionalProperties;
  const strategy = field?.patchStrategy?.find((name) => name !== 'retainKeys');
  return { schema: field, strategy: strategy as Field['strategy'], mergeKey: field?.patchMergeKey };
}

function mergeMap(schema: Schema | undefined, current: Json, patch: Json): Json {
  const directive = own(patch, patchMarker);
  if (directive !== undefined) {
    if (directive === 'delete') return {};
    if (directive !== 'replace') throw badDirective(directive, patch);
    return withoutDirectives(patch) as Json;
  }
  const result: MutableJson = { ...current };
  retainKeys(result, patch);
  const done = mergeOrderedLists(schema, result, patch);
  for (const key of Object.keys(patch)) {
    if (key === retainKeysMarker || key.startsWith(setElementOrderPrefix) || done.has(key)) continue;
    if (key.startsWith(deleteFromListPrefix)) {
      deleteFromList(result, key.slice(deleteFromListPrefix.length), patch[key]);
      continue;
    }
    const value = patch[key];
    if (value === null) delete result[key];
    else setOwn(result, key, mergeValue(fieldOf(schema, key), own(result, key), value));
  }
  return result;
}

function mergeValue(field: Field, current: unknown, value: unknown): unknown {
  if (isJson(value) && isJson(current))
    return field.strategy === 'replace' ? withoutDirectives(value) : mergeMap(field.schema, current, value);
  if (Array.isArray(value) && Array.isArray(current) && field.strategy === 'merge')
    return mergeList(field, current, value);
  return withoutDirectives(value);
}

/** `$retainKeys`: fields that the patch does not list go, also those that it does not mention. */
function retainKeys(result: MutableJson, patch: Json): void {
  const list = own(patch, retainKeysMarker);
  if (list === undefined) return;
  const keep = new Set(Array.isArray(list) ? list : []);
  const named = Object.keys(patch).filter((key) => patch[key] !== null && !key.startsWith('$'));
  if (!Array.isArray(list) || named.some((key) => !keep.has(key)))
    throw badRequest('invalid patch format of retainKeys');
  for (const key of Object.keys(result)) if (!keep.has(key)) delete result[key];
}

function deleteFromList(result: MutableJson, key: string, values: unknown): void {
  if (key === '' || !Array.isArray(values)) throw badRequest('invalid patch format of primitive list');
  const list = own(result, key);
  if (!Array.isArray(list)) return;
  const gone = new Set(values);
  setOwn(
    result,
    key,
    list.filter((item) => !gone.has(item)),
  );
}

/** Handles each `$setElementOrder/<field>` with its field; returns the fields that are done. */
function mergeOrderedLists(schema: Schema | undefined, result: MutableJson, patch: Json): ReadonlySet<string> {
  const done = new Set<string>();
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(setElementOrderPrefix)) continue;
    const name = key.slice(setElementOrderPrefix.length);
    const order = patch[key];
    const current = own(result, name) ?? [];
    const list = own(patch, name) ?? [];
    if (name === '' || !Array.isArray(order)) throw badRequest('invalid patch format of setElementOrder list');
    if (!Array.isArray(current) || !Array.isArray(list)) continue;
    done.add(name);
    if (!Object.hasOwn(result, name) && !Object.hasOwn(patch, name)) continue;
    if (own(patch, name) === null) {
      delete result[name];
      continue;
    }
    const field = fieldOf(schema, name);
    checkOrder(list, order, field.mergeKey);
    const merged = list.length > 0 ? mergeValue(field, current, list) : current;
    setOwn(result, name, orderMerged(merged as unknown[], order, current, identityBy(field.mergeKey)));
  }
  return done;
}

/** The items of the patch must stand in the order that the directive gives. */
function checkOrder(list: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): void {
  const identity = identityBy(mergeKey);
  let at = 0;
  for (const item of list) {
    if (isJson(item) && own(item, patchMarker) !== undefined) continue;
    while (at < order.length && !jsonEqual(identity(order[at]), identity(item))) at++;
    if (at++ < order.length) continue;
    const detail = `The order in patch list:\n${goText(list)}\n doesn't match ${setElementOrderPrefix.slice(0, -1)} list:\n${goText(order)}\n`;
    throw badRequest(detail);
  }
}

function mergeList(field: Field, current: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  const [first = current[0]] = patch;
  if (!isJson(first)) return mergeScalars(current, patch);
  const { mergeKey } = field;
  if (mergeKey === undefined)
    throw badRequest(`cannot merge lists without merge key for ${field.schema?.items?.name ?? 'this type'}`);
  const gone = new Set<unknown>();
  let replace = false;
  const items: Json[] = [];
  for (const item of patch) {
    if (!isJson(item))
      throw new ApiError('Invalid', 'the server rejected our request due to an error in our request', undefined, {
        cause: new Error('list items of different types'),
      });
    const directive = own(item, patchMarker);
    if (directive === undefined) items.push(item);
    else if (directive === 'replace') replace = true;
    else if (directive === 'merge') throw badRequest('merging lists cannot yet be specified in the patch');
    else if (directive !== 'delete') throw badDirective(directive, item);
    else gone.add(keyValue(item, mergeKey));
  }
  if (replace) return items.map(withoutDirectives);
  const kept = gone.size === 0 ? current : current.filter((one) => !isJson(one) || !gone.has(own(one, mergeKey)));
  const merged = mergeItems(field.schema?.items, kept, items, mergeKey);
  return orderMerged(merged, items, current, identityBy(mergeKey));
}

function mergeItems(schema: Schema | undefined, current: readonly unknown[], items: readonly Json[], mergeKey: string) {
  const merged = [...current];
  /** The first item of each key, as lists of thousands are merged too. */
  const places = new Map<unknown, number>();
  merged.forEach((present, at) => {
    const value = isJson(present) ? own(present, mergeKey) : undefined;
    if (value !== undefined && !places.has(value)) places.set(value, at);
  });
  for (const item of items) {
    const value = keyValue(item, mergeKey);
    const at = places.get(value);
    if (at !== undefined) merged[at] = mergeMap(schema, merged[at] as Json, item);
    else places.set(value, merged.push(withoutDirectives(item)) - 1);
  }
  return merged;
}

function keyValue(item: Json, mergeKey: string): unknown {
  const value = own(item, mergeKey);
  if (value === undefined) throw missingMergeKey(item, mergeKey);
  return value;
}

function mergeScalars(current: readonly unknown[], patch: readonly unknown[]): unknown[] {
  return orderMerged([...new Set([...current, ...patch])], patch, current, identityBy(undefined));
}
