import type { Schema } from '../schema/schema.ts';

type Fields = Record<string, unknown>;

/**
 * Takes nulls out where a structural schema does not allow them, and sets what is not set to its default. Changes the
 * value in place; defaulting twice is defaulting once.
 */
export function fillCustom(schema: Schema, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) fillCustom(schema.items, item);
    return;
  }
  const object = value as Fields;
  const { properties = {}, additionalProperties } = schema;
  for (const name in properties) {
    const property = properties[name] as Schema;
    if (property.name) continue; // metadata follows its own rules
    if (object[name] === null && !property.nullable) delete object[name];
    if (object[name] === undefined && property.default !== undefined) object[name] = structuredClone(property.default);
    fillCustom(property, object[name]);
  }
  if (!additionalProperties) return;
  for (const name in object) {
    if (Object.hasOwn(properties, name)) continue;
    if (object[name] === null && !additionalProperties.nullable) fillFreeKey(object, name, additionalProperties);
    fillCustom(additionalProperties, object[name]);
  }
}

function fillFreeKey(object: Fields, name: string, schema: Schema): void {
  if (schema.default === undefined) delete object[name];
  else object[name] = structuredClone(schema.default);
}
