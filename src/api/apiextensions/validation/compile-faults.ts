/** Faults of a schema that only show when its parts are compiled: patterns, expressions, defaults. */
import { RE2JS } from 're2js';
import { toError } from '../../../base/errors.ts';
import type { JSONSchemaProps } from '../../schema/generated/types/apiextensions-v1.ts';
import type { FieldError } from '../../status.ts';
import { invalidValue } from '../../validation/field-error.ts';
import { validateExtensions } from './list-types.ts';
import { validateSchema } from './schema-validator.ts';

/** Faults of patterns and defaults below `path`. */
export function compileFaults(schema: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { pattern, properties = {}, items, additionalProperties } = schema;
  const why = pattern === undefined ? undefined : patternFault(pattern);
  if (why !== undefined)
    errors.push(invalidValue(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${why}`));
  else if (schema.default !== undefined) errors.push(...defaultFaults(schema, `${path}.default`));
  const inner: (readonly [string, unknown])[] = [
    ...Object.entries(properties).map(([name, property]) => [`properties[${name}]`, property] as const),
    ['items', items],
    ['additionalProperties', additionalProperties],
    ['not', schema.not],
    ...(['allOf', 'anyOf', 'oneOf'] as const).flatMap((name) =>
      (schema[name] ?? []).map((one, at) => [`${name}[${at}]`, one] as const),
    ),
  ];
  for (const [name, below] of inner)
    if (typeof below === 'object' && below !== null && !Array.isArray(below))
      errors.push(...compileFaults(below as JSONSchemaProps, `${path}.${name}`));
  return errors;
}

function patternFault(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return toError(error).message;
  }
}

/** A default must be what its schema asks for. */
function defaultFaults(schema: JSONSchemaProps, path: string): FieldError[] {
  const below = (field: string) => (field === '<nil>' || field === '' ? path : `${path}.${field}`);
  const faults = [...validateSchema(schema, schema.default), ...validateExtensions(schema, schema.default)];
  return faults.map((fault) => ({ ...fault, field: below(fault.field) }));
}
