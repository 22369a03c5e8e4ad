/**
 * Defaults that the schema itself gives. For built-in types these are the declared ones (a container port's protocol) and
 * Go's zero values where its encoder always writes them: `status: {}`, `resources: {}`, a condition's `reason: ""`.
 */
import type { Draft } from '../object.ts';
import { roundedToMilli } from '../quantity/quantity.ts';
import { type Fill, fieldsOf, fillFields, innerOf, type Plan, planOf } from './plan.ts';
import type { Schema } from './schema.ts';

/**
 * Sets what is not set, in the whole draft. Required lists of built-in types become empty lists, so that code may rely on
 * what the types say.
 */
export function applyDefaults(schema: Schema, draft: Draft<unknown>): void {
  fill(planOf(schema), draft);
}

function fill(plan: Plan, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (plan.shape === 'struct') {
    const object = value as Record<string, unknown>;
    plan.defaults ??= findFills(plan);
    fillFields(object, plan.defaults);
    const fields = fieldsOf(plan);
    for (const key in object) {
      const inside = object[key];
      if (typeof inside !== 'object') continue;
      const field = fields.get(key);
      if (field && field.shape !== 'scalar' && field.shape !== 'any') fill(field, inside);
      else if (!field && plan.schema.additionalProperties) fill(innerOf(plan), inside);
    }
  } else if (plan.shape === 'list' || plan.shape === 'map') {
    const inner = innerOf(plan);
    if (inner.schema.format === 'quantity') roundUp(value as Record<string, unknown>);
    if (inner.shape === 'scalar' || inner.shape === 'any') return;
    if (Array.isArray(value)) for (const item of value) fill(inner, item);
    else if (plan.shape === 'map') for (const key in value) fill(inner, (value as Record<string, unknown>)[key]);
  }
}

/** Amounts of resources have no steps finer than a thousandth (`SetDefaults_ResourceList`; here devices' amounts as well). */
function roundUp(amounts: Record<string, unknown>): void {
  for (const name in amounts) {
    const amount = amounts[name];
    if (typeof amount === 'string' && isFinerThanMilli(amount)) amounts[name] = roundedToMilli(amount);
  }
}

/** Of a canonical quantity: only these ends stand for less than a thousandth. */
function isFinerThanMilli(amount: string): boolean {
  return amount.endsWith('u') || amount.endsWith('n') || amount.endsWith('e-6') || amount.endsWith('e-9');
}

/** Declared zeros of fields that Go's encoder leaves out when they are zero. */
const neverSeen: ReadonlySet<string> = new Set(['io.k8s.api.core.v1.ReplicationControllerSpec.minReadySeconds']);

function findFills(plan: Plan): readonly Fill[] {
  const found: Fill[] = [];
  for (const [name, field] of fieldsOf(plan)) {
    if (neverSeen.has(`${plan.schema.name}.${name}`)) continue;
    if (field.schema.default !== undefined) found.push({ name, value: field.schema.default });
    else if (plan.schema.name && field.shape === 'list' && plan.required.has(name)) found.push({ name, value: [] });
  }
  return found;
}
