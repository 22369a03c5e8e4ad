import { isJson, type Json } from '../patch/record.ts';
import type { Schema } from '../schema/schema.ts';
import { emptySet, type FieldTree, isEmpty, isMember, leaf, type MutableFieldTree, uniteSets } from './field-set.ts';
import { type Plan, planOf } from './plan.ts';

/** Metadata that nobody owns: the server's own, and what names the object. */
export const unownedMetadata: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
]);

export function isUnownedRoot(key: string): boolean {
  return key === 'apiVersion' || key === 'kind';
}

/** The fields that an applied configuration names. */
export function setOfObject(schema: Schema, object: Json): FieldTree {
  const plan = planOf(schema);
  const set: MutableFieldTree = {};
  for (const key in object) {
    if (isUnownedRoot(key)) continue;
    const value = object[key];
    const field = plan.field(key);
    const node =
      key === 'metadata' && isJson(value)
        ? childrenOf(field.plan, value, unownedMetadata)
        : nodeOf(field.plan, value, plan.names(key));
    if (node) set[field.element] = node;
  }
  return isEmpty(set) ? emptySet : set;
}

/** A value's fields; undefined when it has none and is no field itself. */
function nodeOf(plan: Plan, value: unknown, named: boolean): FieldTree | undefined {
  if (value === null) return leaf;
  if (Array.isArray(value) && plan.shape !== 'leaf' && plan.shape !== 'any') return itemsOf(plan, value);
  if (plan.shape === 'leaf' || !isJson(value)) return leaf;
  const children = childrenOf(plan, value);
  if (!children) return leaf;
  return named || isMember(children) ? children : { '.': leaf, ...children };
}

function childrenOf(plan: Plan, object: Json, without?: ReadonlySet<string>): FieldTree | undefined {
  let children: MutableFieldTree | undefined;
  for (const key in object) {
    const value = object[key];
    if (value === undefined || without?.has(key)) continue;
    const field = plan.field(key);
    const node = nodeOf(field.plan, value, plan.names(key));
    if (!node) continue;
    children ??= {};
    children[field.element] = node;
  }
  return children;
}

function itemsOf(plan: Plan, list: readonly unknown[]): FieldTree | undefined {
  let children: MutableFieldTree | undefined;
  for (const item of list) {
    const element = plan.element(item);
    if (element === undefined) continue;
    const node = nodeOf(plan.items, item, false) ?? leaf;
    const known = children?.[element];
    children ??= {};
    children[element] = known ? uniteSets(known, node) : node;
  }
  return children;
}
