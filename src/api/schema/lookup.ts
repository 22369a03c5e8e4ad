/** The built-in types as `Schema`: made when first asked for, one level at a time, and kept. */
import { type Attributes, type Definition, definitionNames, type Field, readDefinition } from './facts.ts';
import type { Schema } from './schema.ts';

const schemas = new Map<string, Schema>();

/**
 * The schema of a built-in type, for example `io.k8s.api.apps.v1.Deployment`; the same object each time. Properties are
 * read on first use, so that types which contain themselves (JSONSchemaProps) are fine.
 */
export function schemaOf(definitionName: string): Schema {
  const known = schemas.get(definitionName);
  if (known) return known;
  const definition = readDefinition(definitionName);
  if (!definition) throw new Error(`no built-in API type has this name: ${definitionName}`);
  const schema = fromDefinition(definition);
  schemas.set(definitionName, schema);
  return schema;
}

/** Names of all built-in types. */
export function schemaNames(): readonly string[] {
  return definitionNames();
}

function fromDefinition(definition: Definition): Schema {
  const common = { name: definition.name, ...withoutDefault(definition) };
  switch (definition.as) {
    case 'quantity':
    case 'date-time':
    case 'micro-time':
      return { ...common, type: 'string', format: definition.as };
    case 'int-or-string':
    case 'any':
      return { ...common, type: definition.as };
    case 'object':
      return { ...common, type: 'object', preserveUnknownFields: true };
    default:
      return structSchema(common, definition.fields);
  }
}

function structSchema(common: Partial<Schema>, fields: readonly Field[]): Schema {
  const required = fields.filter((field) => field.required).map((field) => field.name);
  const base: Schema = { ...common, type: 'object', ...(required.length > 0 && { required }) };
  return withLazyProperties(base, () => Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])));
}

/** Adds `properties` as an own, enumerable property that is computed once. */
function withLazyProperties(base: Schema, compute: () => NonNullable<Schema['properties']>): Schema {
  return Object.defineProperty(base, 'properties', {
    enumerable: true,
    configurable: true,
    get() {
      const value = compute();
      Object.defineProperty(base, 'properties', { value, enumerable: true, configurable: true, writable: false });
      return value;
    },
  });
}

function fieldSchema(field: Field): Schema {
  const schema = typeSchema(field.type);
  const own: Partial<Schema> = {
    ...withoutDefault(field),
    ...(field.default !== undefined && { default: field.default }),
  };
  if (Object.keys(own).length === 0) return schema;
  const { properties: _, ...rest } = Object.getOwnPropertyDescriptors(schema);
  const copy = Object.assign(Object.defineProperties({}, rest) as Schema, own);
  return 'properties' in schema ? withLazyProperties(copy, () => schema.properties ?? {}) : copy;
}

function withoutDefault(attributes: Attributes): Partial<Schema> {
  const { listType, listMapKeys, mapType, patchStrategy, patchMergeKey } = attributes;
  return {
    ...(listType && { listType }),
    ...(listMapKeys && { listMapKeys }),
    ...(mapType && { mapType }),
    ...(patchStrategy && { patchStrategy }),
    ...(patchMergeKey && { patchMergeKey }),
  };
}

const scalars: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  object: { type: 'object', preserveUnknownFields: true },
  any: { type: 'any' },
};

function typeSchema(type: string): Schema {
  if (type.startsWith('[]')) return { type: 'array', items: typeSchema(type.slice(2)) };
  if (type.startsWith('{}')) return { type: 'object', additionalProperties: typeSchema(type.slice(2)) };
  return scalars[type] ?? schemaOf(type);
}
