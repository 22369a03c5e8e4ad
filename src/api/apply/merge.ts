import { isJson, type Json, jsonEqual, type MutableJson, own, setOwn } from '../patch/record.ts';
import type { Schema } from '../schema/schema.ts';
import { childOf, type FieldTree, isMember, leaf, uniteSets } from './field-set.ts';
import { type Plan, planOf } from './plan.ts';

/**
 * The live object with what the applied configuration names put over it. Lists with keys merge item by item; the
 * configuration's order holds, items only the live object has stay where they are. Returns `live` itself, or parts of
 * it, where nothing changes.
 */
export function mergeApplied(schema: Schema, live: Json, applied: Json): Json {
  return merge(planOf(schema), live, applied) as Json;
}

function merge(plan: Plan, live: unknown, applied: unknown): unknown {
  if (live === undefined || live === applied) return applied;
  if (plan.shape === 'object' || plan.shape === 'any') {
    if (isJson(live) && isJson(applied)) return mergeObjects(plan, live, applied);
  } else if (plan.shape !== 'leaf' && Array.isArray(live) && Array.isArray(applied))
    return mergeLists(plan, live, applied);
  return jsonEqual(live, applied) ? live : applied;
}

function mergeObjects(plan: Plan, live: Json, applied: Json): Json {
  let result: MutableJson | undefined;
  for (const key in applied) {
    const before = own(live, key);
    const after = merge(plan.field(key).plan, before, applied[key]);
    if (after === before) continue;
    result ??= { ...live };
    setOwn(result, key, after);
  }
  return result ?? live;
}

function mergeLists(plan: Plan, live: readonly unknown[], applied: readonly unknown[]): readonly unknown[] {
  const liveNames = live.map((item) => plan.element(item));
  const appliedNames = applied.map((item) => plan.element(item));
  const firstLive = new Map<string | undefined, unknown>();
  liveNames.forEach((name, at) => {
    if (!firstLive.has(name)) firstLive.set(name, live[at]);
  });
  const wanted = new Set(appliedNames);
  const result: unknown[] = [];
  let at = 0;
  for (let next = 0; next < applied.length; next++) {
    const name = appliedNames[next];
    // What only the live object has stays before what follows it there.
    while (at < live.length && !wanted.has(liveNames[at])) result.push(live[at++]);
    result.push(merge(plan.items, firstLive.get(name), applied[next]));
    if (liveNames[at] === name) at++;
  }
  for (; at < live.length; at++) if (!wanted.has(liveNames[at])) result.push(live[at]);
  const same = result.length === live.length && result.every((item, place) => item === live[place]);
  return same ? live : result;
}

/** Every configuration names its object. */
const alwaysManaged: FieldTree = { 'f:metadata': { 'f:name': leaf } };

/**
 * Takes out what the applier named last time (`last`) and nobody names now (`managed`: everybody's fields together,
 * the applier's new ones included). An item that goes takes everything in it along, unless somebody owns a part.
 */
export function pruneUnnamed(schema: Schema, object: Json, last: FieldTree, managed: FieldTree): Json {
  return (prune(planOf(schema), object, last, uniteSets(managed, alwaysManaged)) ?? {}) as Json;
}

/** Undefined when nothing is left. */
function prune(plan: Plan, value: unknown, last: FieldTree, managed: FieldTree | undefined): unknown {
  if (Array.isArray(value))
    return plan.shape === 'leaf' || plan.shape === 'any' ? value : pruneList(plan, value, last, managed);
  if (plan.shape === 'leaf' || !isJson(value)) return value;
  let result: MutableJson | undefined;
  for (const key in value) {
    const field = plan.field(key);
    const left = keep(
      field.plan,
      value[key],
      childOf(last, field.element),
      managed && childOf(managed, field.element),
      plan.names(key),
    );
    if (left === value[key]) continue;
    result ??= { ...value };
    if (left === undefined) delete result[key];
    else setOwn(result, key, left);
  }
  if (!result) return value;
  return Object.keys(result).length === 0 ? undefined : result;
}

function pruneList(plan: Plan, list: readonly unknown[], last: FieldTree, managed: FieldTree | undefined): unknown {
  let changed = false;
  const result: unknown[] = [];
  for (const item of list) {
    const element = plan.element(item);
    const left =
      element === undefined
        ? item
        : keep(plan.items, item, childOf(last, element), managed && childOf(managed, element), false);
    if (left !== item) changed = true;
    if (left !== undefined) result.push(left);
  }
  if (!changed) return list;
  return result.length === 0 ? undefined : result;
}

/** `named`: a field that the schema names counts as owned when anything in it is. */
function keep(
  plan: Plan,
  value: unknown,
  last: FieldTree | undefined,
  managed: FieldTree | undefined,
  named: boolean,
): unknown {
  if (!last) return value;
  const wasNamed = named || isMember(last);
  const isNamed = managed !== undefined && (named || isMember(managed));
  if (wasNamed && !isNamed) return undefined;
  return last === leaf ? value : prune(plan, value, last, managed);
}
