import type { JSONSchemaProps } from '../../schema/generated/types/apiextensions-v1.ts';

/** The expressions of a schema, found without the engine that reads them. */
export function expressionsIn(schema: JSONSchemaProps): readonly string[] {
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap(({ rule, messageExpression }) =>
    messageExpression ? [rule, messageExpression] : [rule],
  );
  const below = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties].filter(isSchema);
  return [...own, ...below.flatMap(expressionsIn)];
}

export function hasExpressions(schema: JSONSchemaProps | undefined): boolean {
  return schema !== undefined && expressionsIn(schema).length > 0;
}

function isSchema(value: unknown): value is JSONSchemaProps {
  return typeof value === 'object' && value !== null;
}
