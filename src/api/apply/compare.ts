import { isJson, type Json, jsonEqual } from '../patch/record.ts';
import type { Schema } from '../schema/schema.ts';
import { emptySet, type FieldTree, isEmpty, leaf, type MutableFieldTree, subtractSubtrees } from './field-set.ts';
import { isUnownedRoot, unownedMetadata } from './object-set.ts';
import { type FieldPlan, type Plan, planOf } from './plan.ts';

/** Which fields a write added, changed and removed. */
export interface Comparison {
  readonly added: FieldTree;
  readonly modified: FieldTree;
  readonly removed: FieldTree;
}

export const noDifference: Comparison = { added: emptySet, modified: emptySet, removed: emptySet };

/** The differences below one node; absent parts are none. */
interface Difference {
  added?: FieldTree | undefined;
  modified?: FieldTree | undefined;
  removed?: FieldTree | undefined;
}

/**
 * Compares two objects of one schema, leaving out what nobody can own (names, uid, managedFields …). Parts that both
 * share are not looked into. Lists with keys are compared item by item whatever their order.
 */
export function compareObjects(schema: Schema, old: Json, now: Json): Comparison {
  if (old === now) return noDifference;
  const plan = planOf(schema);
  const found = compareFields(plan, old, now, isUnownedRoot, (field, before, after) =>
    field.element === 'f:metadata'
      ? compareFields(field.plan, asJson(before), asJson(after), isUnownedMetadata, compareField)
      : compareField(field, before, after),
  );
  if (!found) return noDifference;
  const { added = emptySet, modified = emptySet, removed = emptySet } = found;
  return { added, modified, removed };
}

/** The differences outside these fields and what is in them. */
export function leaveOut(fields: FieldTree, comparison: Comparison): Comparison {
  if (isEmpty(fields)) return comparison;
  const { added, modified, removed } = comparison;
  return {
    added: subtractSubtrees(added, fields),
    modified: subtractSubtrees(modified, fields),
    removed: subtractSubtrees(removed, fields),
  };
}

const isUnownedMetadata = (key: string) => unownedMetadata.has(key);
const nobody = () => false;
const emptyObject: Json = Object.freeze({});
const asJson = (value: unknown): Json => (isJson(value) ? value : emptyObject);

type CompareField = (field: FieldPlan, old: unknown, now: unknown) => Difference | undefined;

function compareField(field: FieldPlan, old: unknown, now: unknown): Difference | undefined {
  return compare(field.plan, old ?? field.absent, now ?? field.absent);
}

function compareFields(
  plan: Plan,
  old: Json,
  now: Json,
  skip: (key: string) => boolean,
  compareOne: CompareField,
): Difference | undefined {
  let found: Difference | undefined;
  for (const key in now) {
    const after = now[key];
    const before = Object.hasOwn(old, key) ? old[key] : undefined;
    if (after === before || skip(key)) continue;
    const field = plan.field(key);
    found = put(found, field.element, compareOne(field, before, after));
  }
  for (const key in old) {
    if (Object.hasOwn(now, key) || old[key] === undefined || skip(key)) continue;
    const field = plan.field(key);
    found = put(found, field.element, compareOne(field, old[key], undefined));
  }
  return found;
}

function put(found: Difference | undefined, element: string, child: Difference | undefined): Difference | undefined {
  if (!child) return found;
  const result = found ?? {};
  if (child.added) result.added = grow(result.added, element, child.added);
  if (child.modified) result.modified = grow(result.modified, element, child.modified);
  if (child.removed) result.removed = grow(result.removed, element, child.removed);
  return result;
}

function grow(tree: FieldTree | undefined, element: string, node: FieldTree): FieldTree {
  if (!tree) return { [element]: node };
  (tree as MutableFieldTree)[element] = node;
  return tree;
}

function compare(plan: Plan, old: unknown, now: unknown): Difference | undefined {
  if (old === now) return undefined;
  if (old === undefined) return { added: everyField(plan, now) };
  if (now === undefined) return { removed: everyField(plan, old) };
  if (plan.shape === 'object' || plan.shape === 'any') {
    if (isJson(old) && isJson(now)) return compareFields(plan, old, now, nobody, compareField);
  } else if (plan.shape !== 'leaf' && Array.isArray(old) && Array.isArray(now)) return compareLists(plan, old, now);
  return jsonEqual(old, now) ? undefined : { modified: leaf };
}

/** All fields of a value that came or went as a whole, and the value itself. */
function everyField(plan: Plan, value: unknown): FieldTree {
  if (plan.shape === 'leaf') return leaf;
  let tree: MutableFieldTree | undefined;
  if (Array.isArray(value)) {
    if (plan.shape !== 'any')
      for (const item of value) {
        const element = plan.element(item);
        if (element === undefined) continue;
        tree ??= { '.': leaf };
        tree[element] = everyField(plan.items, item);
      }
  } else if (isJson(value) && (plan.shape === 'object' || plan.shape === 'any'))
    for (const key in value) {
      if (value[key] === undefined) continue;
      const field = plan.field(key);
      tree ??= { '.': leaf };
      tree[field.element] = everyField(field.plan, value[key]);
    }
  return tree ?? leaf;
}

function compareLists(plan: Plan, old: readonly unknown[], now: readonly unknown[]): Difference | undefined {
  if (old.length === now.length) {
    const inPlace = compareInPlace(plan, old, now);
    if (inPlace !== undefined) return inPlace ?? undefined;
  }
  const before = groupItems(plan, old);
  const after = groupItems(plan, now);
  let found: Difference | undefined;
  for (const [element, items] of after) found = put(found, element, compareGroups(plan, before.get(element), items));
  for (const [element, items] of before)
    if (!after.has(element)) found = put(found, element, { removed: everyField(plan.items, items[0]) });
  return found;
}

/** Lists whose items stand in the same places, as they nearly always do. Undefined: they do not. Null: no difference. */
function compareInPlace(plan: Plan, old: readonly unknown[], now: readonly unknown[]): Difference | null | undefined {
  let found: Difference | undefined;
  let repeated: ReadonlySet<string> | undefined;
  for (let at = 0; at < now.length; at++) {
    const before = old[at];
    const after = now[at];
    if (before === after) continue;
    const element = plan.element(after);
    if (element === undefined || plan.element(before) !== element) return undefined;
    const difference = compare(plan.items, before, after);
    if (!difference) continue;
    // A key that stands twice is compared as a group.
    repeated ??= repeatedIn(plan, now);
    if (repeated.has(element)) return undefined;
    found = put(found, element, difference);
  }
  return found ?? null;
}

/** What more than one item is called. */
function repeatedIn(plan: Plan, list: readonly unknown[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const item of list) {
    const element = plan.element(item);
    if (element === undefined) continue;
    if (seen.has(element)) repeated.add(element);
    else seen.add(element);
  }
  return repeated;
}

/** Items by what they are called. Live objects may hold a key twice (environment variables); nameless items are left out. */
function groupItems(plan: Plan, list: readonly unknown[]): Map<string, unknown[]> {
  const groups = new Map<string, unknown[]>();
  for (const item of list) {
    const element = plan.element(item);
    if (element === undefined) continue;
    const group = groups.get(element);
    if (group) group.push(item);
    else groups.set(element, [item]);
  }
  return groups;
}

function compareGroups(
  plan: Plan,
  old: readonly unknown[] | undefined,
  now: readonly unknown[],
): Difference | undefined {
  const [first] = now;
  if (!old) return { added: everyField(plan.items, first) };
  if (old.length === 1 && now.length === 1) return compare(plan.items, old[0], first);
  return jsonEqual(old, now) ? undefined : { modified: leaf };
}
