import { bool, dyn, int, listOf, mapOf, objectOf, string, type Type } from '../../cel/types/type.ts';
import type { JSONSchemaProps } from '../../schema/generated/types/apiextensions-v1.ts';
import { isRecord } from '../validation/schema-validator.ts';
import { mostOf } from './sizes.ts';
import { escapedName, ofEveryObject } from './values.ts';

/**
 * What expressions know of the values that a schema allows. Undefined: they cannot be reached, as the schema says nothing of
 * them. `name` tells types of different places apart, as upstream does.
 */
export function typeOfSchema(schema: JSONSchemaProps, name: string): Type | undefined {
  if (schema['x-kubernetes-int-or-string']) return dyn;
  const most = mostOf(schema);
  switch (schema.type) {
    case 'array': {
      const items = isRecord(schema.items) ? typeOfSchema(schema.items as JSONSchemaProps, `${name}.@idx`) : undefined;
      return items && listOf(items, most);
    }
    case 'object':
      return objectType(schema, name);
    case 'string': {
      const { kind } = formats.get(schema.format ?? '') ?? string;
      return { kind, most } as Type;
    }
    case 'integer':
      return int;
    case 'number':
      return { kind: 'double' };
    case 'boolean':
      return bool;
    default:
      return undefined;
  }
}

const formats: ReadonlyMap<string, Type> = new Map([
  ['byte', { kind: 'bytes' }],
  ['date', { kind: 'timestamp' }],
  ['date-time', { kind: 'timestamp' }],
  ['duration', { kind: 'duration' }],
]);

function objectType(schema: JSONSchemaProps, name: string): Type | undefined {
  const { additionalProperties: free } = schema;
  if (isRecord(free)) {
    const values = typeOfSchema(free as JSONSchemaProps, `${name}.@elem`);
    return values && mapOf(string, values, mostOf(schema));
  }
  const properties = schema['x-kubernetes-embedded-resource']
    ? { ...schema.properties, ...ofEveryObject }
    : (schema.properties ?? {});
  const fields: Record<string, Type> = {};
  for (const [property, inner] of Object.entries(properties)) {
    const type = typeOfSchema(inner, `${name}.${property}`);
    if (type) fields[escapedName(property)] = type;
  }
  return objectOf(name, fields);
}
