import { type Fill, fieldsOf, fillFields, innerOf, type Plan, planOf } from './plan.ts';
import type { Schema } from './schema.ts';

type Fields = Record<string, unknown>;

/**
 * Sets the fields that a built-in type requires and an object lacks to their zero values, as Go's structs have them:
 * texts to '', numbers to 0, structs to {}. Validation then finds an empty name where there was none. Lists, maps, times
 * and quantities stay absent; so do label selectors, where absent and empty differ. Changes `object` in place.
 */
export function fillRequired(schema: Schema, object: object): void {
  const plan = planOf(schema);
  const spec = fieldsOf(plan).get('spec');
  if (spec?.shape === 'struct') (object as Fields)['spec'] ??= {};
  fillStruct(plan, object as Fields);
}

function fillStruct(plan: Plan, object: Fields): void {
  const fields = fieldsOf(plan);
  plan.zeros ??= findZeros(plan);
  fillFields(object, plan.zeros);
  for (const name in object) {
    const value = object[name];
    if (typeof value !== 'object') continue;
    const field = fields.get(name);
    if (field && field.shape !== 'scalar') fillValue(field, value);
  }
}

function fillValue(plan: Plan, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (plan.shape === 'struct') fillStruct(plan, value as Fields);
  else if (plan.shape === 'list' || plan.shape === 'map') {
    const inner = innerOf(plan);
    if (inner.shape === 'scalar' || inner.shape === 'any') return;
    if (Array.isArray(value)) for (const item of value) fillValue(inner, item);
    else for (const key in value) fillValue(inner, (value as Fields)[key]);
  }
}

function findZeros(plan: Plan): readonly Fill[] {
  const fields = fieldsOf(plan);
  const zeros: Fill[] = [];
  for (const name of plan.required) {
    const field = fields.get(name);
    const value = field && zeroValue(field);
    if (value !== undefined) zeros.push({ name, value });
  }
  return zeros;
}

function zeroValue({ shape, schema, struct }: Plan): unknown {
  if (shape === 'struct') return struct === 'LabelSelector' ? undefined : {};
  if (shape !== 'scalar') return undefined;
  switch (schema.type) {
    case 'string':
      return schema.format === undefined ? '' : undefined;
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    default:
      return undefined;
  }
}
