import type { Schema } from '../../schema/schema.ts';
import { bool, dyn, int, listOf, mapOf, objectOf, string, type Type } from './type.ts';

/** What expressions may expect of the objects of a kind. Types are made when they are asked for: schemas may hold themselves. */
export function typeOf(schema: Schema, name: string): Type {
  switch (schema.type) {
    case 'boolean':
      return bool;
    case 'integer':
      return int;
    case 'number':
      return { kind: 'double' };
    case 'string':
      return formats[schema.format ?? ''] ?? string;
    case 'array':
      return schema.items ? listOf(typeOf(schema.items, `${name}.@idx`)) : listOf(dyn);
    case 'object': {
      const { properties, additionalProperties } = schema;
      if (additionalProperties) return mapOf(string, typeOf(additionalProperties, `${name}.@elem`));
      if (!properties) return dyn;
      const fields = Object.entries(properties).map(([field, inner]) => [
        field,
        () => typeOf(inner, inner.name ?? `${name}.${field}`),
      ]);
      return objectOf(schema.name ?? name, Object.fromEntries(fields));
    }
    default:
      return dyn;
  }
}

const formats: Readonly<Record<string, Type>> = {
  byte: { kind: 'bytes' },
  'date-time': { kind: 'timestamp' },
  'micro-time': { kind: 'timestamp' },
  quantity: dyn,
};
