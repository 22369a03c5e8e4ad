import type { JSONSchemaProps } from '../../schema/generated/types/apiextensions-v1.ts';
import { isRecord } from '../validation/schema-validator.ts';

/** How large the values that a schema allows can be: upstream's way to bound what rules cost (k8s.io/apiserver, cel/model). */

/** The largest request that an API server takes. */
export const mostRequestBytes = 3 * 1024 * 1024;

const bytesOfFormat = new Map([
  ['duration', 32],
  ['date', 10],
  ['date-time', 20],
]);

/** How many items, entries or bytes a value has at the most: what the schema says, or what fits into a request. */
export function mostOf(schema: JSONSchemaProps): number {
  switch (schema.type) {
    case 'array':
      return schema.maxItems ?? fits(leastBytes(innerOf(schema.items)) + 1);
    case 'object':
      return schema.maxProperties ?? fits(leastBytes(innerOf(schema.additionalProperties)) + 6);
    case 'string': {
      const ofFormat = bytesOfFormat.get(schema.format ?? '');
      if (ofFormat !== undefined) return ofFormat;
      if (schema.enum) return Math.max(0, ...schema.enum.map((value) => String(value).length));
      // A character may take four bytes.
      if (schema.maxLength !== undefined) return schema.maxLength * (schema.format === 'byte' ? 1 : 4);
      return mostRequestBytes - 2;
    }
    default:
      return 0;
  }
}

function fits(bytesEach: number): number {
  return Math.floor((mostRequestBytes - 2) / bytesEach);
}

function innerOf(schema: unknown): JSONSchemaProps {
  return isRecord(schema) ? (schema as JSONSchemaProps) : {};
}

/** What the smallest value takes as JSON. */
export function leastBytes(schema: JSONSchemaProps): number {
  switch (schema.type) {
    case 'boolean':
      return 4;
    case 'integer':
    case 'number':
      return 1;
    case 'string':
      return schema.enum ? 2 + Math.min(...schema.enum.map((value) => String(value).length)) : 2;
    case 'object': {
      const needed = (schema.required ?? []).map((name): [string, JSONSchemaProps | undefined] => [
        name,
        schema.properties?.[name],
      ]);
      return needed.reduce((sum, [name, property]) => {
        if (!property || property.default !== undefined) return sum;
        return sum + name.length + 4 + leastBytes(property);
      }, 2);
    }
    default:
      return 2;
  }
}
