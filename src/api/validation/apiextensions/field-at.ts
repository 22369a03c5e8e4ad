/** Paths that name one field of a schema. */
import type { JSONSchemaProps } from '../../schema/generated/types/apiextensions-v1.ts';

/** Dots and names; no filters, no lists. */
export const simplePath = /^(?:\.(?:[\w$-]|\\\.)+|\['[^']+'\])+$/;

const text: JSONSchemaProps = { type: 'string' };
const ofEveryObject = { apiVersion: text, kind: text, metadata: { properties: { name: text, generateName: text } } };

/** The schema of a whole object has some fields that it need not name. */
export function wholeObject(schema: JSONSchemaProps = {}): JSONSchemaProps {
  return { ...schema, properties: { ...schema.properties, ...ofEveryObject } };
}

/** The field that a path without lists leads to; a text says why there is none. */
export function fieldAt(
  jsonPath: string,
  root: JSONSchemaProps,
): string | { readonly names: readonly string[]; readonly schema: JSONSchemaProps } {
  if (!simplePath.test(jsonPath)) return 'must be a simple json path starting with .';
  const steps = jsonPath.match(/\.(?:[\w$-]|\\\.)+|\['[^']+'\]/g) ?? [];
  const names = steps.map((step) => (step.startsWith('.') ? step.slice(1).replaceAll('\\.', '.') : step.slice(2, -2)));
  let schema = root;
  for (const name of names) {
    const free = schema.additionalProperties;
    const next = schema.properties?.[name] ?? (typeof free === 'object' ? (free as JSONSchemaProps) : undefined);
    if (!next) return 'does not refer to a valid field';
    schema = next;
  }
  return { names, schema };
}
