import type { JSONSchemaProps } from '../../schema/generated/types/apiextensions-v1.ts';

/** Whether a schema has expressions, found without the engine that reads them. */
export function hasExpressions(schema: JSONSchemaProps | undefined): boolean {
  if (!schema) return false;
  if (schema['x-kubernetes-validations']?.length) return true;
  if (Object.values(schema.properties ?? {}).some(hasExpressions)) return true;
  return [schema.items, schema.additionalProperties].some(
    (below) => typeof below === 'object' && hasExpressions(below as JSONSchemaProps),
  );
}
