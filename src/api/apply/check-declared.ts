import { isDeeper, isJson, type Json, maxDepth } from '../patch/record.ts';
import type { Schema } from '../schema/schema.ts';
import { badRequest } from '../status.ts';
import { describeApplied } from './check-applied.ts';
import { pathsOf } from './field-set.ts';
import { planOf } from './plan.ts';

const mostFaults = 100;

/**
 * An applied configuration may only have fields that its type has, however fields are validated: nobody could own them.
 * Throws ApiError `BadRequest`, worded as upstream, which answers 500.
 */
export function checkDeclared(schema: Schema, applied: Json): void {
  if (isDeeper(applied, maxDepth)) return; // refused when it is decoded
  const faults: string[] = [];
  look(schema, applied, { path: '', faults });
  if (faults.length === 0) return;
  const text = faults.length === 1 ? faults[0] : ['errors:', ...faults].join('\n  ');
  throw badRequest(`failed to create typed patch object (${describeApplied(applied)}): ${text}`);
}

function look(
  schema: Schema,
  value: unknown,
  { path, faults }: { readonly path: string; readonly faults: string[] },
): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (schema.type !== 'array' || items?.type !== 'object') return;
    const plan = planOf(schema);
    for (const [at, item] of value.entries()) {
      const element = plan.shape === 'list-map' ? plan.element(item) : undefined;
      const name = element === undefined ? `[${at}]` : (pathsOf({ [element]: {} })[0] ?? '');
      look(items, item, { path: path + name, faults });
    }
  } else if (isJson(value) && schema.type === 'object') {
    const { properties, additionalProperties, preserveUnknownFields } = schema;
    for (const key in value) {
      const inner = properties && Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
      if (inner) look(inner, value[key], { path: `${path}.${key}`, faults });
      else if (properties && !preserveUnknownFields && faults.length < mostFaults)
        faults.push(`${path}.${key}: field not declared in schema`);
    }
  }
}
