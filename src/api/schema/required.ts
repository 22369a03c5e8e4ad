import { fieldsOf, innerOf, type Plan, planOf } from './plan.ts';
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
  for (const name of plan.required) {
    const field = fields.get(name);
    if (object[name] !== undefined || !field) continue;
    const zero = zeroValue(field);
    if (zero !== undefined) object[name] = zero;
  }
  for (const name in object) {
    const field = fields.get(name);
    if (field && field.shape !== 'scalar') fillValue(field, object[name]);
  }
}

function fillValue(plan: Plan, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (plan.shape === 'struct') fillStruct(plan, value as Fields);
  else if (plan.shape === 'list' || plan.shape === 'map') {
    const inner = innerOf(plan);
    if (inner.shape === 'scalar' || inner.shape === 'any') return;
    for (const item of Object.values(value)) fillValue(inner, item);
  }
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
