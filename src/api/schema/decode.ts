/**
 * Holds a parsed body against its schema in one pass: types as upstream's decoder checks them, unknown fields, nulls,
 * and the canonical text of quantities, times and bytes. The value is changed in place, and only where something is off.
 */
import { isDeeper, maxDepth } from '../patch/record.ts';
import { DecodeError } from './decode-errors.ts';
import { checkScalar, mismatch, type Walk } from './decode-scalar.ts';
import { fieldPath } from './go-text.ts';
import { fieldsOf, innerOf, isEmptyCollection, type Plan, planOf, zeroOf } from './plan.ts';
import type { Schema } from './schema.ts';

export interface CheckOptions {
  /**
   * The object is a custom resource: its own validation reports wrong types, and nulls and empty lists stay. Default:
   * false, a built-in type.
   */
  readonly custom?: boolean;
}

/** Upstream stops counting there. */
const mostProblems = 100;

/**
 * Checks and cleans `value`, which must be a parsed JSON object that the caller owns. Unknown fields are taken out and
 * returned as `unknown field "spec.foo"`, at most 100. In built-in types, null is the same as absent, optional empty
 * lists and maps are taken out (as Go's encoder leaves them out), quantities, times and bytes become canonical. Field names are
 * case-sensitive.
 *
 * Throws DecodeError at the first value of a wrong type.
 */
export function checkBody(schema: Schema, value: unknown, options: CheckOptions = {}): readonly string[] {
  const walk: Walk = { problems: [], path: [], struct: '', custom: options.custom === true };
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw mismatch(schema, value, walk);
  checkValue(planOf(schema), value, walk);
  return walk.problems;
}

/** Returns what should stand in place of `value`; objects and lists are changed in place. */
function checkValue(plan: Plan, value: unknown, walk: Walk): unknown {
  switch (plan.shape) {
    case 'scalar':
      return walk.custom ? value : checkScalar(plan.schema, value, walk);
    case 'struct':
    case 'map':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(plan, value, walk);
      if (plan.shape === 'struct') checkStruct(plan, value as Record<string, unknown>, walk);
      else checkMap(plan, value as Record<string, unknown>, walk);
      return value;
    case 'list':
      if (!Array.isArray(value)) return refuse(plan, value, walk);
      checkList(plan, value, walk);
      return value;
    default:
      refuseDeep(value, walk);
      return plan.schema.type === 'object' && !walk.custom && (typeof value !== 'object' || Array.isArray(value))
        ? refuse(plan, value, walk)
        : value;
  }
}

/** Upstream's words; its limit is 10,000, which no object comes near either. */
function refuseDeep(value: unknown, walk: Walk): void {
  if (isDeeper(value, maxDepth - walk.path.length)) throw new DecodeError('exceeded max depth');
}

function refuse(plan: Plan, value: unknown, walk: Walk): unknown {
  if (walk.custom) return value;
  throw mismatch(plan.schema, value, walk);
}

function checkStruct(plan: Plan, object: Record<string, unknown>, walk: Walk): void {
  const fields = fieldsOf(plan);
  const { struct: outer, custom } = walk;
  if (walk.path.length > maxDepth) throw new DecodeError('exceeded max depth');
  // Metadata of a custom resource is of a built-in type.
  if (plan.struct !== '') walk.custom = false;
  for (const key in object) {
    const field = fields.get(key);
    if (!field) {
      if (!plan.schema.preserveUnknownFields) dropUnknown(plan, object, key, walk);
      else refuseDeep(object[key], walk);
      continue;
    }
    const value = object[key];
    if (value === null) {
      if (!walk.custom) delete object[key];
      continue;
    }
    walk.struct = plan.struct;
    walk.path.push(key);
    const kept = checkValue(field, value, walk);
    walk.path.pop();
    if (kept !== value) object[key] = kept;
    else if (!walk.custom && isEmptyCollection(field, kept) && !plan.required.has(key)) delete object[key];
  }
  walk.struct = outer;
  walk.custom = custom;
}

/** A custom resource's object may have fields and free keys at once. */
function dropUnknown(plan: Plan, object: Record<string, unknown>, key: string, walk: Walk): void {
  if (plan.schema.additionalProperties) {
    walk.path.push({ key });
    object[key] = checkValue(innerOf(plan), object[key], walk);
    walk.path.pop();
    return;
  }
  if (walk.problems.length < mostProblems) walk.problems.push(`unknown field "${fieldPath(walk.path, key)}"`);
  delete object[key];
}

function checkMap(plan: Plan, map: Record<string, unknown>, walk: Walk): void {
  const inner = innerOf(plan);
  for (const key in map) {
    const value = map[key];
    const kept = value === null && !walk.custom ? zeroOf(inner) : value;
    if (kept === null) continue;
    if (inner.shape !== 'scalar') walk.path.push({ key });
    const checked = checkValue(inner, kept, walk);
    if (inner.shape !== 'scalar') walk.path.pop();
    if (checked !== value) map[key] = checked;
  }
}

function checkList(plan: Plan, list: unknown[], walk: Walk): void {
  const inner = innerOf(plan);
  const path = walk.path;
  const depth = path.length;
  if (depth > maxDepth) throw new DecodeError('exceeded max depth');
  for (let at = 0; at < list.length; at++) {
    const value = list[at];
    const kept = value === null && !walk.custom ? zeroOf(inner) : value;
    if (kept === null) continue;
    path.push(at);
    const checked = checkValue(inner, kept, walk);
    path.length = depth;
    if (checked !== value) list[at] = checked;
  }
}
