/** What x-kubernetes extensions demand of values: lists without duplicates, embedded objects that say what they are. */
import type { JSONSchemaProps } from '../../schema/generated/types/apiextensions-v1.ts';
import type { FieldError } from '../../status.ts';
import { duplicate, required } from '../../validation/field-error.ts';
import { isRecord } from './schema-validator.ts';

/** Faults of sets, maps and embedded resources in a value. */
export function validateExtensions(schema: JSONSchemaProps, value: unknown, path = ''): FieldError[] {
  if (Array.isArray(value)) {
    const items = schema.items as JSONSchemaProps | undefined;
    const nested = items ? value.flatMap((item, at) => validateExtensions(items, item, `${path}[${at}]`)) : [];
    return [...duplicatesOf(schema, value, path), ...nested];
  }
  if (!isRecord(value)) return [];
  const { properties = {}, additionalProperties: more } = schema;
  const errors = schema['x-kubernetes-embedded-resource'] ? embeddedFaults(value, path) : [];
  for (const name in value) {
    const inner = Object.hasOwn(properties, name) ? properties[name] : isRecord(more) ? more : undefined;
    if (inner) errors.push(...validateExtensions(inner, value[name], path ? `${path}.${name}` : name));
  }
  return errors;
}

function duplicatesOf(schema: JSONSchemaProps, list: readonly unknown[], path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (type !== 'set' && type !== 'map') return [];
  const keyOf = (item: unknown) =>
    type === 'set' || !isRecord(item)
      ? item
      : Object.fromEntries(keys.filter((key) => item[key] !== undefined).map((key) => [key, item[key]]));
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  list.forEach((item, at) => {
    const key = keyOf(item);
    const text = JSON.stringify(inOrder(key));
    if (seen.has(text)) errors.push(duplicate(`${path}[${at}]`, key));
    seen.add(text);
  });
  return errors;
}

/** The same text for equal values, whatever the order of their fields. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, inOrder(value[name])]),
  );
}

function embeddedFaults(object: Readonly<Record<string, unknown>>, path: string): FieldError[] {
  return ['apiVersion', 'kind']
    .filter((name) => !object[name])
    .map((name) => required(path ? `${path}.${name}` : name, 'must not be empty'));
}
