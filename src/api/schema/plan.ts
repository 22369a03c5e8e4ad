/** Schemas prepared for walks over values: what the hot path of every write asks for, found once per schema. */
import { copyJson } from '../copy-json.ts';
import type { Schema } from './schema.ts';

export interface Plan {
  readonly schema: Schema;
  readonly shape: 'struct' | 'map' | 'list' | 'scalar' | 'any';
  /** Of a struct: the plans of its fields. */
  fields?: ReadonlyMap<string, Plan>;
  /** Of a map or list: the plan of its values. */
  inner?: Plan;
  /** Of a struct: what is set where it is absent, as `required.ts` and `defaults.ts` find out once. */
  zeros?: readonly Fill[];
  defaults?: readonly Fill[];
  readonly struct: string;
  readonly required: ReadonlySet<string>;
}

/** A field and what it is where it is absent; objects and lists are copied. */
export interface Fill {
  readonly name: string;
  readonly value: unknown;
}

/** Sets the fields that are absent. */
export function fillFields(object: Record<string, unknown>, fills: readonly Fill[]): void {
  for (const { name, value } of fills)
    if (object[name] === undefined) object[name] = typeof value === 'object' ? copyJson(value) : value;
}

const plans = new WeakMap<Schema, Plan>();
/** Schemas of one type share `properties`, so they share the plans of the fields. */
const fieldPlans = new WeakMap<object, ReadonlyMap<string, Plan>>();

export function planOf(schema: Schema): Plan {
  let plan = plans.get(schema);
  if (!plan) {
    plan = {
      schema,
      shape: shapeOf(schema),
      struct: schema.name?.slice(schema.name.lastIndexOf('.') + 1) ?? '',
      required: new Set(schema.required),
    };
    plans.set(schema, plan);
  }
  return plan;
}

function shapeOf(schema: Schema): Plan['shape'] {
  if (schema.type === 'array') return 'list';
  if (schema.type === 'any') return 'any';
  if (schema.type !== 'object') return 'scalar';
  if ('properties' in schema) return 'struct';
  return schema.additionalProperties ? 'map' : 'any';
}

export function fieldsOf(plan: Plan): ReadonlyMap<string, Plan> {
  if (plan.fields) return plan.fields;
  const properties = plan.schema.properties ?? {};
  let fields = fieldPlans.get(properties);
  if (!fields) {
    fields = new Map(Object.entries(properties).map(([name, schema]) => [name, planOf(schema)]));
    fieldPlans.set(properties, fields);
  }
  plan.fields = fields;
  return fields;
}

export function innerOf(plan: Plan): Plan {
  plan.inner ??= planOf(plan.schema.items ?? plan.schema.additionalProperties ?? { type: 'any' });
  return plan.inner;
}

export function isEmptyCollection(plan: Plan, value: unknown): boolean {
  if (plan.shape === 'list') return (value as unknown[]).length === 0;
  if (plan.shape !== 'map') return false;
  for (const _ in value as object) return false;
  return true;
}

/** What Go has where a list or map holds a null. */
export function zeroOf(plan: Plan): unknown {
  switch (plan.shape) {
    case 'list':
      return [];
    case 'struct':
    case 'map':
      return {};
    case 'any':
      return plan.schema.type === 'object' ? {} : null;
    default:
      if (plan.schema.format === 'quantity') return '0';
      // Go writes a time that is not set as null.
      if (plan.schema.format === 'date-time' || plan.schema.format === 'micro-time') return null;
      if (plan.schema.type === 'string') return '';
      return plan.schema.type === 'boolean' ? false : 0;
  }
}
