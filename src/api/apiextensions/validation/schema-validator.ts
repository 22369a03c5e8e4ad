/**
 * Validates custom resources against the OpenAPI v3 schema of their version, with upstream's paths and messages. What an
 * update does not change is not complained of (ratcheting, KEP-4008).
 */
import { RE2JS } from 're2js';
import { jsonEqual } from '../../patch/index.ts';
import type { JSONSchemaProps } from '../../schema/generated/types/apiextensions-v1.ts';
import type { FieldError } from '../../status.ts';
import { invalidValue, notSupported, quote, required, tooLong, tooMany } from '../../validation/field-error.ts';
import { isOfFormat } from './formats.ts';

/** What stood in the same place before; absent: nothing did, or nobody can tell. */
export interface Before {
  readonly value: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** Where something is wrong that has no field of its own, upstream says so. */
const nowhere = '<nil>';

/** All faults of a value. */
export function validateSchema(schema: JSONSchemaProps, value: unknown, before?: Before): FieldError[] {
  return check(schema, value, '', before);
}

function check(schema: JSONSchemaProps, value: unknown, path: string, before?: Before): FieldError[] {
  if (before && jsonEqual(before.value, value)) return [];
  const errors = checkType(schema, value, path);
  if (value === null) return [...errors, ...checkEnum(schema, value, path)];
  errors.push(...checkCombinations(schema, value, path));
  if (typeof value === 'string') errors.push(...checkString(schema, value, path));
  else if (typeof value === 'number' || typeof value === 'bigint') errors.push(...checkNumber(schema, value, path));
  else if (Array.isArray(value)) errors.push(...checkList(schema, value, path, before));
  errors.push(...checkEnum(schema, value, path));
  if (isRecord(value)) errors.push(...checkObject(schema, value, path, before));
  return errors;
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkType(schema: JSONSchemaProps, value: unknown, path: string): FieldError[] {
  const wanted = schema['x-kubernetes-int-or-string'] ? 'integer,string' : (schema.type ?? '');
  if (wanted === '' || (value === null && schema.nullable)) return [];
  const found = typeName(value);
  const isFine =
    wanted === found ||
    (wanted === 'number' && found === 'integer') ||
    (wanted === 'integer,string' && (found === 'integer' || found === 'string'));
  if (isFine) return [];
  return [typeInvalid(path || nowhere, found, `${path} in body must be of type ${wanted}: ${quote(found)}`)];
}

function typeInvalid(field: string, found: string, detail: string): FieldError {
  return { ...invalidValue(field, found, detail), type: 'FieldValueTypeInvalid' };
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'bigint') return 'integer';
  return typeof value;
}

function checkEnum(schema: JSONSchemaProps, value: unknown, path: string): FieldError[] {
  if (!schema.enum?.length || schema.enum.some((allowed) => jsonEqual(allowed, value))) return [];
  const allowed = schema.enum.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return [notSupported(path || nowhere, value, allowed)];
}

/** Length as Go counts it. */
function runes(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function checkString(schema: JSONSchemaProps, value: string, path: string): FieldError[] {
  const { minLength, maxLength, pattern, format } = schema;
  const errors: FieldError[] = [];
  const wrong = (detail: string) => errors.push(invalidValue(path, value, `${path} in body ${detail}`));
  if (maxLength !== undefined && runes(value) > maxLength) errors.push(tooLong(path, maxLength));
  if (minLength !== undefined && runes(value) < minLength) wrong(`should be at least ${minLength} chars long`);
  if (pattern && !regexOf(pattern).find(value)) wrong(`should match '${pattern}'`);
  if (format && !isOfFormat(value, format))
    errors.push(typeInvalid(path, value, `${path} in body must be of type ${format}: ${quote(value)}`));
  return errors;
}

const regexes = new Map<string, { find(text: string): boolean }>();
const mostRegexes = 2000;

function regexOf(pattern: string): { find(text: string): boolean } {
  let known = regexes.get(pattern);
  if (!known) {
    const compiled = RE2JS.compile(pattern);
    known = { find: (text) => compiled.matcher(text).find() };
    if (regexes.size >= mostRegexes) regexes.clear();
    regexes.set(pattern, known);
  }
  return known;
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  float: [-3.4028234663852886e38, 3.4028234663852886e38],
};

function checkNumber(schema: JSONSchemaProps, value: number | bigint, path: string): FieldError[] {
  const { maximum, minimum, exclusiveMaximum, exclusiveMinimum, multipleOf, format, type } = schema;
  const errors: FieldError[] = [];
  const wrong = (detail: string) => errors.push(invalidValue(path, value, `${path} in body should be ${detail}`));
  const range = ranges[format ?? ''];
  if (range && (value < range[0] || value > range[1])) {
    const detail = `Checked value must be of type ${type} with format ${format} in ${path}`;
    errors.push(invalidValue(nowhere, '', detail));
  }
  if (multipleOf && !isMultiple(value, multipleOf)) wrong(`a multiple of ${multipleOf}`);
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum))
    wrong(exclusiveMaximum ? `less than ${maximum}` : `less than or equal to ${maximum}`);
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum))
    wrong(exclusiveMinimum ? `greater than ${minimum}` : `greater than or equal to ${minimum}`);
  return errors;
}

function isMultiple(value: number | bigint, of: number): boolean {
  if (typeof value === 'bigint' && Number.isSafeInteger(of)) return value % BigInt(of) === 0n;
  return Number.isInteger(Number(value) / of);
}

function checkList(schema: JSONSchemaProps, list: readonly unknown[], path: string, before?: Before): FieldError[] {
  const { minItems, maxItems, uniqueItems } = schema;
  const items = schema.items as JSONSchemaProps | undefined;
  const errors: FieldError[] = [];
  if (items) {
    const former = formerItems(schema, before);
    list.forEach((item, at) => {
      errors.push(...check(items, item, `${path}[${at}]`, former(item)));
    });
  }
  const count = list.length;
  if (minItems !== undefined && count < minItems)
    errors.push(invalidValue(path, count, `${path} in body should have at least ${minItems} items`));
  if (maxItems !== undefined && count > maxItems) errors.push(tooMany(path, count, maxItems));
  if (uniqueItems && list.some((item, at) => list.findIndex((other) => jsonEqual(other, item)) < at))
    errors.push(invalidValue(path, '', `${path} in body shouldn't contain duplicates`));
  return errors;
}

/** Items are known again by the keys of a list of type map; nothing else says which item became which. */
export function formerItems(
  schema: JSONSchemaProps,
  before: Before | undefined,
): (item: unknown) => Before | undefined {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const isMap = schema['x-kubernetes-list-type'] === 'map' && keys.length > 0;
  if (!isMap || !before || !Array.isArray(before.value)) return () => undefined;
  const nameOf = (item: unknown) => (isRecord(item) ? JSON.stringify(keys.map((key) => item[key] ?? null)) : '');
  const byKey = new Map((before.value as readonly unknown[]).map((item) => [nameOf(item), { value: item }]));
  return (item) => byKey.get(nameOf(item));
}

export function formerField(before: Before | undefined, name: string): Before | undefined {
  if (!before || !isRecord(before.value) || !Object.hasOwn(before.value, name)) return undefined;
  return { value: before.value[name] };
}

function checkObject(schema: JSONSchemaProps, object: Fields, path: string, before?: Before): FieldError[] {
  const { minProperties, maxProperties, properties = {} } = schema;
  const more = schema.additionalProperties as JSONSchemaProps | boolean | undefined;
  const errors: FieldError[] = [];
  const count = Object.keys(object).length;
  const at = (name: string) => (path ? `${path}.${name}` : name);
  if (minProperties !== undefined && count < minProperties)
    errors.push(
      invalidValue(path || nowhere, count, `${path} in body should have at least ${minProperties} properties`),
    );
  if (maxProperties !== undefined && count > maxProperties) errors.push(tooMany(path || nowhere, count, maxProperties));
  for (const name of schema.required ?? []) if (!Object.hasOwn(object, name)) errors.push(required(at(name)));
  for (const name in object) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property) errors.push(...check(property, object[name], at(name), formerField(before, name)));
    else if (more === false) errors.push(invalidValue(at(name), '', `${at(name)} in body is a forbidden property`));
    else if (isRecord(more)) errors.push(...check(more, object[name], at(name), formerField(before, name)));
  }
  return errors;
}

/** allOf, anyOf, oneOf and not: they judge the value as a whole, so nothing in them is ratcheted. */
function checkCombinations(schema: JSONSchemaProps, value: unknown, path: string): FieldError[] {
  const { allOf = [], anyOf = [], oneOf = [], not } = schema;
  const errors: FieldError[] = [];
  const wrong = (detail: string) => errors.push(invalidValue(nowhere, '', `${quote(path)} must ${detail}`));
  const results = (schemas: readonly JSONSchemaProps[]) => schemas.map((one) => check(one, value, path));
  const valid = (found: readonly (readonly FieldError[])[]) => found.filter((faults) => faults.length === 0).length;
  if (anyOf.length > 0) {
    const found = results(anyOf);
    if (valid(found) === 0) {
      wrong('validate at least one schema (anyOf)');
      errors.push(...fewest(found));
    }
  }
  if (oneOf.length > 0) {
    const found = results(oneOf);
    const count = valid(found);
    if (count !== 1) {
      const why = count === 0 ? 'Found none valid' : `Found ${count} valid alternatives`;
      wrong(`validate one and only one schema (oneOf). ${why}`);
      if (count === 0) errors.push(...fewest(found));
    }
  }
  if (allOf.length > 0) {
    const found = results(allOf);
    const count = valid(found);
    errors.push(...found.flat());
    if (count < found.length) wrong(`validate all the schemas (allOf)${count === 0 ? '. None validated' : ''}`);
  }
  if (not && check(not, value, path).length === 0) wrong('not validate the schema (not)');
  return errors;
}

/** The alternative that came nearest. */
function fewest(found: readonly (readonly FieldError[])[]): readonly FieldError[] {
  return found.reduce((best, faults) => (faults.length < best.length ? faults : best));
}
